//! Where a document is written: a file that is replaced atomically, or a stream that is written
//! once.

use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::flag::save_flag;
use crate::output::terminal::ignore_closed_pipe;

/// Where a document is written.
pub(crate) enum Target {
    /// A regular file, which each version of the document replaces.
    AtomicFile(AtomicFile),
    /// Stdout, a pipe, a device, or a file in a read-only folder: written once, at the end.
    Stream { name: String, stream: Box<dyn Write> },
}

/// A regular file that always has a complete document.
pub(crate) struct AtomicFile {
    /// Absolute and without symbolic links.
    path: PathBuf,
    permissions: Permissions,
}

impl Target {
    /// Opens `path`, and checks that it can be written.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn open(path: &Path) -> anyhow::Result<Target> {
        if super::is_stdout(path) {
            return Ok(Target::Stream { name: "stdout".into(), stream: Box::new(io::stdout()) });
        }
        let name = path.display().to_string();
        let open = || -> io::Result<Target> {
            let file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
            let metadata = file.metadata()?;
            if metadata.is_file() {
                let path = fs::canonicalize(path)?;
                let atomic = AtomicFile { path, permissions: metadata.permissions() };
                if tempfile::tempfile_in(atomic.folder()?).is_ok() {
                    return Ok(Target::AtomicFile(atomic));
                }
                file.set_len(0)?;
            }
            Ok(Target::Stream { name: name.clone(), stream: Box::new(file) })
        };
        open().with_context(|| cannot_write(&name))
    }

    /// Writes the final `document`.
    ///
    /// # Errors
    /// The document cannot be written. A closed pipe is not an error.
    pub(crate) fn finish(self, document: &str) -> anyhow::Result<()> {
        match self {
            Target::AtomicFile(file) => file.replace(document),
            Target::Stream { name, mut stream } => {
                let written = stream.write_all(document.as_bytes()).and_then(|()| stream.flush());
                ignore_closed_pipe(written).with_context(|| cannot_write(&name))
            }
        }
    }
}

impl AtomicFile {
    /// Replaces the content with `document` by a rename. The file keeps its mode.
    ///
    /// # Errors
    /// The document cannot be written. The file keeps its old content.
    pub(crate) fn replace(&self, document: &str) -> anyhow::Result<()> {
        let replace = || -> io::Result<()> {
            let mut file = save_flag::temporary_file(self.folder()?, ".flags-export.")?;
            file.as_file().set_permissions(self.permissions.clone())?;
            file.as_file_mut().write_all(document.as_bytes())?;
            file.persist(&self.path)?;
            Ok(())
        };
        replace().with_context(|| cannot_write(&self.path.display().to_string()))
    }

    fn folder(&self) -> io::Result<&Path> {
        Ok(self.path.parent().ok_or(ErrorKind::IsADirectory)?)
    }
}

fn cannot_write(name: &str) -> String {
    format!("cannot write to {name}")
}
