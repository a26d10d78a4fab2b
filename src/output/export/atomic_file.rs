//! Where an export goes: a file that is replaced as a whole, or something that is written once.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use tempfile::{Builder, NamedTempFile};

/// Where an export goes.
pub(super) enum Target {
    /// A regular file.
    Replaced(Replaced),
    /// Stdout, a pipe, a device, or a file in a folder that takes no other.
    Once { name: String, stream: Box<dyn Write> },
}

/// A regular file, which whoever reads it sees whole at any time.
pub(super) struct Replaced {
    /// Absolute, without links in it.
    path: PathBuf,
    permissions: Permissions,
}

impl Target {
    /// Opens `path`, and makes sure that it can be written.
    ///
    /// # Errors
    /// It can't.
    pub(super) fn open(path: &Path) -> anyhow::Result<Target> {
        if super::is_stdout(path) {
            return Ok(Target::Once { name: "stdout".into(), stream: Box::new(io::stdout()) });
        }
        let name = path.display().to_string();
        let open = || -> io::Result<Target> {
            let file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
            let about = file.metadata()?;
            if about.is_file() {
                let path = fs::canonicalize(path)?;
                let replaced = Replaced { path, permissions: about.permissions() };
                if replaced.temporary().is_ok() {
                    return Ok(Target::Replaced(replaced));
                }
                file.set_len(0)?;
            }
            Ok(Target::Once { name: name.clone(), stream: Box::new(file) })
        };
        open().with_context(|| cannot_write(&name))
    }

    /// Writes `document` for the last time.
    ///
    /// # Errors
    /// It can't be written. A reader that has gone away is no error.
    pub(super) fn finish(self, document: &str) -> anyhow::Result<()> {
        match self {
            Target::Replaced(file) => file.replace(document),
            Target::Once { name, mut stream } => {
                let written = stream.write_all(document.as_bytes()).and_then(|()| stream.flush());
                match written {
                    Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                        Err(error).with_context(|| cannot_write(&name))
                    }
                    _ => Ok(()),
                }
            }
        }
    }
}

impl Replaced {
    /// Puts `document` in place of what was there, by a rename. The file keeps its mode.
    ///
    /// # Errors
    /// It can't be written; what was there still is.
    pub(super) fn replace(&self, document: &str) -> anyhow::Result<()> {
        let replace = || -> io::Result<()> {
            let mut file = self.temporary()?;
            file.as_file().set_permissions(self.permissions.clone())?;
            file.as_file_mut().write_all(document.as_bytes())?;
            file.persist(&self.path)?;
            Ok(())
        };
        replace().with_context(|| cannot_write(&self.path.display().to_string()))
    }

    fn temporary(&self) -> io::Result<NamedTempFile> {
        let folder = self.path.parent().ok_or(ErrorKind::IsADirectory)?;
        // The errors of `tempfile_in` would name the temporary file.
        Builder::new()
            .prefix(".flags-")
            .suffix(".part")
            .make_in(folder, |path| File::create_new(path))
    }
}

fn cannot_write(name: &str) -> String {
    format!("cannot write the export to {name}")
}
