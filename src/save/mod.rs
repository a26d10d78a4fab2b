//! `save_flag`: a file lands under its name whole, or not at all.

mod unnamed;

use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

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
    /// Where there is one that does not, the bytes go to a temporary file beside it, which is then renamed:
    /// whoever looks sees the old flag or the new one. Where there is none, the temporary file can do
    /// without a name of its own until it is given the final one. Either has the mode that the umask gives.
    /// There is no `fsync`: a flag can be fetched again.
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
        let saved = match self.there(&path, image) {
            There::Same => touch(&path, modified),
            There::Nothing => unnamed::save(&self.folder, &path, image, modified),
            There::Other => Err(io::ErrorKind::AlreadyExists.into()),
        };
        // Whatever was in the way of that, this way always goes, or says best why it does not.
        saved.or_else(|_| self.replace(&path, image, modified))?;
        Ok(path)
    }

    fn replace(&self, path: &Path, image: &[u8], modified: Option<SystemTime>) -> io::Result<()> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let mut file = temporary(&self.folder, &format!(".{name}."))?;
        fill(file.as_file_mut(), image, modified)?;
        file.persist(path).map_err(|refused| refused.error)?;
        Ok(())
    }

    /// What is at `path`, compared to what saving `image` there would make it.
    fn there(&self, path: &Path, image: &[u8]) -> There {
        if self.empty {
            return There::Nothing;
        }
        match fs::symlink_metadata(path) {
            Ok(about)
                if about.is_file()
                    && about.len() == image.len() as u64
                    && about.permissions() == self.permissions
                    && fs::read(path).is_ok_and(|bytes| bytes == image) =>
            {
                There::Same
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => There::Nothing,
            _ => There::Other,
        }
    }
}

/// What is where a flag has its place.
enum There {
    Nothing,
    /// A plain file, with the same bytes and the same mode.
    Same,
    Other,
}

/// Writes a new file.
fn fill(file: &mut File, image: &[u8], modified: Option<SystemTime>) -> io::Result<()> {
    file.write_all(image)?;
    modified.map_or(Ok(()), |time| file.set_modified(time))
}

/// Gives the file the time `modified`, or that of now.
fn touch(path: &Path, modified: Option<SystemTime>) -> io::Result<()> {
    File::open(path)?.set_modified(modified.unwrap_or_else(SystemTime::now))
}

/// `tempfile` makes files that only their owner may read; a flag is for everyone the umask lets.
fn temporary(folder: &Path, prefix: &str) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(prefix).suffix(".part");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder).map_err(without_path)
}

/// What the system said: `tempfile` adds the name of a file that nobody has heard of.
fn without_path(error: io::Error) -> io::Error {
    let cause = error.get_ref().and_then(|wrapper| wrapper.source());
    let code = cause.and_then(|cause| cause.downcast_ref::<io::Error>()?.raw_os_error());
    code.map_or(error, io::Error::from_raw_os_error)
}
