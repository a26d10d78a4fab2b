//! Where a server's flags come from: the binary itself, or a folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use tokio::task::spawn_blocking;

use super::built_in;
use super::served_flag::ServedFlag;
use crate::country::{ALL, CountryCode};
use crate::gif::{self, Defect};

/// The flags that a server serves: the built-in ones, or the files of a folder.
#[derive(Clone, Debug)]
pub struct FlagSource(Source);

#[derive(Clone, Debug)]
enum Source {
    BuiltIn,
    /// An absolute path without symbolic links.
    Folder(Arc<Path>),
}

/// Why a folder cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum InvalidFolder {
    /// The folder does not exist, or the permission to list it is missing.
    #[error("cannot serve the folder {}", path.display())]
    Unreachable {
        /// The path as given.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The path is not a folder.
    #[error("cannot serve {}: it is not a folder", path.display())]
    NotAFolder {
        /// The path as given.
        path: PathBuf,
    },
}

/// Why a file in a served folder is not served as a flag.
#[derive(Debug, thiserror::Error)]
pub enum RejectedFile {
    /// The system refused to read it.
    #[error("cannot read {}: {reason}", path.display())]
    Unreadable {
        /// The path of the file.
        path: PathBuf,
        /// The system's error.
        reason: io::Error,
    },
    /// The content is not a whole GIF.
    #[error("{} is not a whole GIF and is not served: {defect}", path.display())]
    NotAGif {
        /// The path of the file.
        path: PathBuf,
        /// The first defect found.
        defect: Defect,
    },
}

impl FlagSource {
    /// The built-in flags, one for each of the [194 codes](ALL).
    pub fn built_in() -> FlagSource {
        FlagSource(Source::BuiltIn)
    }

    /// The files `CC.gif` or `cc/cc.gif` in the folder `path`, read anew for each request.
    ///
    /// # Errors
    /// An [`InvalidFolder`] if `path` cannot be listed or is not a folder.
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

    pub(super) fn is_built_in(&self) -> bool {
        matches!(self.0, Source::BuiltIn)
    }

    /// The codes whose flags can be served now, in order, and the files that cannot.
    ///
    /// A folder's files are all read, which may take some milliseconds.
    pub(super) async fn list(&self) -> (Vec<CountryCode>, Vec<RejectedFile>) {
        match &self.0 {
            Source::BuiltIn => (ALL.to_vec(), Vec::new()),
            Source::Folder(root) => {
                let root = root.clone();
                blocking(move || {
                    let (mut codes, mut rejected) = (Vec::new(), Vec::new());
                    for code in CountryCode::every() {
                        match read(&root, code) {
                            Ok(Some(_)) => codes.push(code),
                            Ok(None) => {}
                            Err(file) => rejected.push(file),
                        }
                    }
                    (codes, rejected)
                })
                .await
            }
        }
    }

    /// The flag of `code`; `None` if the source has no flag of that code.
    pub(super) async fn get(&self, code: CountryCode) -> Result<Option<ServedFlag>, RejectedFile> {
        match &self.0 {
            Source::BuiltIn => Ok(built_in::flag(code)),
            Source::Folder(root) => {
                let root = root.clone();
                blocking(move || read(&root, code)).await
            }
        }
    }
}

async fn blocking<T: Send + 'static>(read: impl FnOnce() -> T + Send + 'static) -> T {
    spawn_blocking(read).await.expect("reading files does not panic, and is never cancelled")
}

fn read(root: &Path, code: CountryCode) -> Result<Option<ServedFlag>, RejectedFile> {
    let Some(path) = locate(root, code)? else { return Ok(None) };
    let file = fs::read(&path).and_then(|bytes| Ok((bytes, fs::metadata(&path)?.modified()?)));
    let (bytes, modified) = match file {
        Ok(file) => file,
        Err(reason) => return Err(RejectedFile::Unreadable { path, reason }),
    };
    if let Err(defect) = gif::check(&bytes) {
        return Err(RejectedFile::NotAGif { path, defect });
    }
    // A date in the future must not be sent (RFC 9110 §8.8.2.1).
    Ok(Some(ServedFlag::new(bytes.into(), modified.min(SystemTime::now()))))
}

/// The file of `code` within `root`, if there is one.
///
/// Nothing else can be reached: the file name is made from the code, and a symbolic link that
/// leads out of the folder is ignored.
fn locate(root: &Path, code: CountryCode) -> Result<Option<PathBuf>, RejectedFile> {
    let lower = code.lower();
    for place in [root.join(format!("{code}.gif")), root.join(&lower).join(format!("{lower}.gif"))]
    {
        let found = fs::canonicalize(&place).and_then(|path| Ok((fs::metadata(&path)?, path)));
        match found {
            // Regular files only: opening a named pipe would block until something writes to it.
            Ok((metadata, path)) if path.starts_with(root) && metadata.is_file() => {
                return Ok(Some(path));
            }
            Ok(_) => {}
            Err(error) if is_absence(error.kind()) => {}
            Err(reason) => return Err(RejectedFile::Unreadable { path: place, reason }),
        }
    }
    Ok(None)
}

fn is_absence(kind: io::ErrorKind) -> bool {
    matches!(kind, io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}
