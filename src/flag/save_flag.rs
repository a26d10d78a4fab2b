//! `save_flag`: a file lands under its name whole, or not at all.

use std::fs::{self, File, Permissions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use tempfile::{Builder, NamedTempFile};

use crate::country::CountryCode;
use crate::gif;

/// The largest flag that is fetched, saved, or taken for whole: 5 MiB, in bytes.
pub const MAX_BYTES: usize = 5 << 20;

/// The folder that flags are saved into.
#[derive(Debug, Clone)]
pub struct Destination {
    folder: PathBuf,
    /// What a file that is made there may be read and written by, as the umask has it.
    permissions: Permissions,
    /// Whether there was nothing in it, so that no flag needs to be looked for.
    empty: bool,
}

impl Destination {
    /// Creates `folder` where it is missing, its parents too, and tries whether it takes files.
    ///
    /// # Errors
    /// What the system said, in a sentence: it is a file, or files can't be made in it.
    pub fn open(folder: &Path) -> anyhow::Result<Destination> {
        let refused = |error: io::Error| {
            let reason = match folder.is_dir() || !folder.exists() {
                true => error.to_string(),
                false => "it is not a folder".to_string(),
            };
            let folder = folder.display();
            anyhow::anyhow!("cannot save into {folder}: {reason}; choose another with --dest")
        };
        fs::create_dir_all(folder).map_err(refused)?;
        let empty = fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none());
        let trial = temporary(folder, ".flags.").map_err(refused)?;
        let permissions = trial.as_file().metadata().map_err(refused)?.permissions();
        Ok(Destination { folder: folder.to_owned(), permissions, empty })
    }

    /// The folder, as it was given.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the flag of `code` has its place.
    pub fn path(&self, code: CountryCode) -> PathBuf {
        self.folder.join(format!("{code}.gif"))
    }

    /// When the flag that is there was last modified, if one is there, and whole.
    ///
    /// Only a plain file counts: a link is not followed, so that one out of the folder is replaced.
    pub fn whole_flag(&self, code: CountryCode) -> Option<SystemTime> {
        let path = self.path(code);
        let about = fs::symlink_metadata(&path).ok()?;
        if !about.is_file() || about.len() > MAX_BYTES as u64 {
            return None;
        }
        gif::check(&fs::read(&path).ok()?).ok()?;
        about.modified().ok()
    }

    /// Saves `image` as the flag of `code` and returns its path; `modified`, where given, becomes the
    /// file's time.
    ///
    /// A file that holds just these bytes already, as it does when a run is repeated, is given the time and
    /// otherwise left alone: to make a file and rename it over another takes some 20 times as long.
    ///
    /// The bytes go to a temporary file beside the final name, with the mode that the umask gives,
    /// which is then renamed: whoever looks sees the old flag or the new one. There is no `fsync`: a
    /// flag can be fetched again. (A file without a name, as Linux has them, that is linked to its place when
    /// it is whole is there sooner on ext4. But who watches a folder is told of what is moved into it or
    /// closed there, and would not see it come.)
    ///
    /// # Errors
    /// What the system said. No temporary file is left, and what was there before still is.
    pub fn save_flag(
        &self,
        code: CountryCode,
        image: &[u8],
        modified: Option<SystemTime>,
    ) -> io::Result<PathBuf> {
        let path = self.path(code);
        if !self.empty && self.refresh(&path, image, modified).is_some() {
            return Ok(path);
        }
        let mut file = temporary(&self.folder, &format!(".{code}.gif."))?;
        file.as_file_mut().write_all(image)?;
        if let Some(time) = modified {
            file.as_file().set_modified(time)?;
        }
        file.persist(&path).map_err(|refused| refused.error)?;
        Ok(path)
    }

    /// Gives the file at `path` the time `modified`, or that of now, if it is all that saving `image` there would make
    /// it. Nothing if it is not, or can't be looked at.
    fn refresh(&self, path: &Path, image: &[u8], modified: Option<SystemTime>) -> Option<()> {
        let about = fs::symlink_metadata(path).ok()?;
        let same_length = about.len() == image.len() as u64;
        if !about.is_file() || !same_length || about.permissions() != self.permissions {
            return None;
        }
        let mut file = File::open(path).ok()?;
        // One byte more, so that a file that grew since is not taken for the same.
        let mut bytes = vec![0; image.len() + 1];
        let there = file.read(&mut bytes).ok()?;
        let time = modified.unwrap_or_else(SystemTime::now);
        (bytes[..there] == *image).then(|| file.set_modified(time))?.ok()
    }
}

/// A new file with the mode that the umask gives. Its name is short: longer ones make a folder of flags three times as
/// large on ext4. (`tempfile_in` makes files for their owner alone, and its errors name one that nobody has heard of.)
fn temporary(folder: &Path, prefix: &str) -> io::Result<NamedTempFile> {
    Builder::new().prefix(prefix).rand_bytes(4).make_in(folder, |path| File::create_new(path))
}
