//! `save_flag`: saves a file under its final name, whole or not at all.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use tempfile::{Builder, NamedTempFile};

use crate::country::CountryCode;
use crate::fetch::{FlagError, Kind};
use crate::gif::{self, MAX_BYTES};

/// The folder that flags are saved into.
#[derive(Debug, Clone)]
pub struct Destination {
    /// As it was given.
    pub(crate) folder: PathBuf,
}

impl Destination {
    /// Creates `folder` and its parents if they are missing, and checks that files can be created
    /// in it.
    ///
    /// # Errors
    /// `folder` is not a folder, or the system refuses to create it or a file in it.
    pub fn open(folder: &Path) -> anyhow::Result<Destination> {
        let refused = |error: io::Error| {
            let reason = match fs::read_link(folder) {
                _ if folder.is_dir() => error.to_string(),
                Ok(target) if !folder.exists() => {
                    format!("it is a link to {}, which does not exist", target.display())
                }
                Err(_) if !folder.exists() => error.to_string(),
                _ => "it is not a folder".to_string(),
            };
            anyhow::anyhow!("cannot save into {}: {reason}", folder.display())
        };
        fs::create_dir_all(folder).map_err(refused)?;
        check_folder(folder).map_err(refused)?;
        Ok(Destination { folder: folder.to_owned() })
    }

    /// The final path of the flag of `code`.
    pub fn path(&self, code: CountryCode) -> PathBuf {
        self.folder.join(format!("{code}.gif"))
    }

    /// The modification time of the flag of `code`, if the folder has it as a whole GIF.
    ///
    /// Only a regular file counts. A symbolic link is not followed, so that it gets replaced.
    pub fn complete_flag(&self, code: CountryCode) -> Option<SystemTime> {
        let path = self.path(code);
        let metadata = fs::symlink_metadata(&path).ok()?;
        if !metadata.is_file() || metadata.len() > MAX_BYTES as u64 {
            return None;
        }
        gif::check(&fs::read(&path).ok()?).ok()?;
        metadata.modified().ok()
    }

    /// Saves `image` as the flag of `code`. The file's modification time becomes `modified`, or the
    /// current time if there is none.
    ///
    /// The bytes go to a temporary file in the same folder, which is then renamed: at any moment
    /// the final name has the old flag or the new one. There is no `fsync`, because a flag can be
    /// fetched again. If the file has these bytes already, only its time is set.
    ///
    /// # Errors
    /// What the system reports, with the path, as an error of the kind [`Kind::Io`]. The temporary
    /// file is removed, and an older flag stays.
    pub fn save_flag(
        &self,
        code: CountryCode,
        image: &[u8],
        modified: Option<SystemTime>,
    ) -> Result<(), FlagError> {
        let path = self.path(code);
        if touch_if_identical(&path, image, modified).is_some() {
            return Ok(());
        }
        let save = || -> io::Result<()> {
            let mut file = temporary_file(&self.folder, &format!(".{code}.gif."))?;
            file.as_file_mut().write_all(image)?;
            if let Some(time) = modified {
                // Some file systems refuse to set times, and the flag is worth more than its time.
                let _ = file.as_file().set_modified(time);
            }
            file.persist(&path)?;
            Ok(())
        };
        save().map_err(|error| {
            let message = format!("could not be saved: {error}: {}", path.display());
            FlagError::permanent(Kind::Io, message)
        })
    }
}

/// Sets the modification time of the file at `path` if its content is `image`. Returns `None` if
/// it is not, if it is not a regular file, or if the system refuses.
fn touch_if_identical(path: &Path, image: &[u8], modified: Option<SystemTime>) -> Option<()> {
    let metadata = fs::symlink_metadata(path).ok()?;
    if !metadata.is_file() || metadata.len() != image.len() as u64 {
        return None;
    }
    // Windows sets the time of a file only if it is open for writing.
    let mut file = File::options().read(true).write(cfg!(windows)).open(path).ok()?;
    let mut content = vec![0; image.len()];
    file.read_exact(&mut content).ok()?;
    if content != image {
        return None;
    }
    file.set_modified(modified.unwrap_or_else(SystemTime::now)).ok()
}

/// Checks that files can be created in `folder`.
///
/// # Errors
/// What the system reports.
pub(crate) fn check_folder(folder: &Path) -> io::Result<()> {
    // An unnamed file (`O_TMPFILE`) vanishes with the process. Not every file system supports it.
    let unnamed = tempfile::tempfile_in(folder).map(drop);
    unnamed.or_else(|_| temporary_file(folder, ".flags.").map(drop))
}

/// A new file in `folder` that is deleted when dropped, with the mode that the umask gives.
///
/// `tempfile`'s own constructor would give mode 0600, and its errors name the temporary file.
pub(crate) fn temporary_file(folder: &Path, prefix: &str) -> io::Result<NamedTempFile> {
    Builder::new().prefix(prefix).rand_bytes(4).make_in(folder, |path| File::create_new(path))
}
