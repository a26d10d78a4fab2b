//! Where an origin's flags come from.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use tokio::task::spawn_blocking;

use super::samples::Samples;
use super::served_flag::Flag;
use crate::country::{ALL, CountryCode};

/// The flags that an origin serves: built-in sample images, or a folder.
#[derive(Clone, Debug)]
pub struct FlagSource(Source);

#[derive(Clone, Debug)]
enum Source {
    Samples(Arc<Samples>),
    /// An absolute path without links in it.
    Folder(Arc<Path>),
}

/// Why a folder cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum InvalidFolder {
    /// It does not exist, or may not be looked into.
    #[error("cannot serve the folder {}", path.display())]
    Unreachable {
        /// As it was given.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Something else is in its place.
    #[error("cannot serve {}: it is not a folder", path.display())]
    NotAFolder {
        /// As it was given.
        path: PathBuf,
    },
}

impl FlagSource {
    /// The built-in sample images, one for each of the [194 codes](ALL). They are drawn as they are asked for, and once.
    pub fn built_in() -> FlagSource {
        FlagSource(Source::Samples(Arc::default()))
    }

    /// The files in `path` that are called `CC.gif` or `cc/cc.gif`, as they are when they are asked for.
    ///
    /// # Errors
    /// When `path` is missing, or is something other than a folder.
    pub fn folder(path: impl Into<PathBuf>) -> Result<FlagSource, InvalidFolder> {
        let path = path.into();
        match fs::canonicalize(&path).and_then(|root| Ok((fs::read_dir(&root)?, root))) {
            Ok((_, root)) => Ok(FlagSource(Source::Folder(root.into()))),
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
                Err(InvalidFolder::NotAFolder { path })
            }
            Err(source) => Err(InvalidFolder::Unreachable { path, source }),
        }
    }

    /// The codes whose flags are there now, in order. A folder is looked through, which may take a few milliseconds.
    pub fn codes(&self) -> Vec<CountryCode> {
        match &self.0 {
            Source::Samples(_) => ALL.to_vec(),
            Source::Folder(root) => {
                let is_there = |code: &CountryCode| matches!(locate(root, *code), Ok(Some(_)));
                CountryCode::every().filter(is_there).collect()
            }
        }
    }

    /// The flag, if it is there.
    pub(super) async fn get(&self, code: CountryCode) -> io::Result<Option<Flag>> {
        match &self.0 {
            Source::Samples(samples) => match samples.drawn(code) {
                Some(flag) => Ok(Some(flag)),
                None => {
                    let samples = samples.clone();
                    Ok(spawn_blocking(move || samples.get(code)).await?)
                }
            },
            Source::Folder(root) => {
                let root = root.clone();
                spawn_blocking(move || read(&root, code)).await?
            }
        }
    }
}

fn read(root: &Path, code: CountryCode) -> io::Result<Option<Flag>> {
    let Some(path) = locate(root, code)? else { return Ok(None) };
    let bytes = fs::read(&path)?;
    // No answer is older than what it is about (RFC 9110 §8.8.2.1).
    let modified = fs::metadata(&path)?.modified()?.min(SystemTime::now());
    Ok(Some(Flag::new(bytes.into(), modified)))
}

/// The file for `code` within `root`. Its names are made of the code alone, and a link that leads out of the folder leads
/// nowhere, so that nothing else can be reached.
fn locate(root: &Path, code: CountryCode) -> io::Result<Option<PathBuf>> {
    let lower = code.lower();
    let places = [root.join(format!("{code}.gif")), root.join(&lower).join(format!("{lower}.gif"))];
    for place in places {
        match fs::canonicalize(place) {
            // Only a regular file: to open a pipe would wait for someone to write into it.
            Ok(path) if path.starts_with(root) && fs::metadata(&path)?.is_file() => {
                return Ok(Some(path));
            }
            Ok(_) => {}
            Err(error) if is_absence(error.kind()) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

fn is_absence(kind: io::ErrorKind) -> bool {
    matches!(kind, io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}
