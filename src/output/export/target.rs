//! Where a document is written: a file that is replaced as a whole, or a stream that is written
//! once.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{self, Path, PathBuf};

use anyhow::Context;

use crate::flag::save_flag::{check_folder, temporary_file};
use crate::output::terminal::write_all;

/// Where a document is written.
pub(crate) enum Target {
    /// A regular file that is absent or has a whole document. The path is absolute and without
    /// symbolic links.
    File(PathBuf),
    /// Stdout, another descriptor of this process, a pipe or a device: written once, at the end.
    Stream { name: String, stream: Box<dyn Write> },
}

impl Target {
    /// Checks that `path` can be written, and opens it if it is a stream. A file stays as it is.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn open(path: &Path) -> anyhow::Result<Target> {
        if is_stdout(path) {
            return Ok(Target::Stream { name: "stdout".into(), stream: Box::new(io::stdout()) });
        }
        let open = || -> io::Result<Target> {
            let mut options = OpenOptions::new();
            match fs::metadata(path) {
                // To open a descriptor again would start at the beginning of its file.
                Ok(_) if is_descriptor(path) => options.append(true),
                Ok(metadata) if metadata.is_file() => {
                    options.write(true).open(path)?;
                    return Ok(Target::File(fs::canonicalize(path)?));
                }
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    let path = resolve(path)?;
                    check_folder(folder(&path)?)?;
                    return Ok(Target::File(path));
                }
                _ => options.write(true),
            };
            let name = path.display().to_string();
            Ok(Target::Stream { name, stream: Box::new(options.open(path)?) })
        };
        open().with_context(|| cannot_write(path.display()))
    }

    /// Replaces a file with the `document` so far. A stream, and a file that can be written only in
    /// place, have to wait for the final document.
    ///
    /// # Errors
    /// The document cannot be written. The file keeps its old content.
    pub(crate) fn update(&self, document: impl FnOnce() -> String) -> anyhow::Result<()> {
        let Target::File(path) = self else { return Ok(()) };
        match replace(path, &document()) {
            Err(error) if is_refused(path, &error) => Ok(()),
            replaced => replaced.with_context(|| cannot_write(path.display())),
        }
    }

    /// Writes the final `document`.
    ///
    /// # Errors
    /// The document cannot be written. A closed pipe is not an error.
    pub(crate) fn finish(self, document: &str) -> anyhow::Result<()> {
        match self {
            Target::File(path) => replace(&path, document)
                .or_else(|error| match is_refused(&path, &error) {
                    true => fs::write(&path, document),
                    false => Err(error),
                })
                .with_context(|| cannot_write(path.display())),
            Target::Stream { name, stream } => {
                write_all(stream, document).with_context(|| cannot_write(name))
            }
        }
    }
}

/// Replaces the file at `path` with `document` by a rename. It keeps its mode if the system allows
/// that.
fn replace(path: &Path, document: &str) -> io::Result<()> {
    let mut file = temporary_file(folder(path)?, ".flags-export.")?;
    if let Ok(old) = fs::metadata(path)
        && old.permissions() != file.as_file().metadata()?.permissions()
    {
        let _ = file.as_file().set_permissions(old.permissions());
    }
    file.as_file_mut().write_all(document.as_bytes())?;
    file.persist(path)?;
    Ok(())
}

/// Whether `error` means that the file at `path` cannot be replaced but may be written in place: it
/// is a mount point, or its folder takes no files.
fn is_refused(path: &Path, error: &io::Error) -> bool {
    use ErrorKind::{CrossesDevices, PermissionDenied, ReadOnlyFilesystem, ResourceBusy};
    let kinds = [CrossesDevices, PermissionDenied, ReadOnlyFilesystem, ResourceBusy];
    kinds.contains(&error.kind()) && path.exists()
}

fn folder(path: &Path) -> io::Result<&Path> {
    Ok(path.parent().ok_or(ErrorKind::IsADirectory)?)
}

fn cannot_write(name: impl std::fmt::Display) -> String {
    format!("cannot write to {name}")
}

/// Whether `path` means stdout: `-`, or one of its names on Unix.
pub fn is_stdout(path: &Path) -> bool {
    ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"].iter().any(|name| path == Path::new(name))
}

/// Whether `path`, which exists, is a descriptor of this process, such as `/dev/stderr` or
/// `/dev/fd/3`, or a link to one.
fn is_descriptor(path: &Path) -> bool {
    let folder = path.parent().and_then(|folder| fs::canonicalize(folder).ok());
    folder.is_some() && folder == fs::canonicalize("/dev/fd").ok()
        || fs::read_link(path).is_ok_and(|target| is_descriptor(&path.with_file_name(target)))
}

/// Whether two paths lead to the same file, even if it does not exist yet.
pub fn is_same(one: &Path, other: &Path) -> bool {
    one == other
        || is_stdout(one) && is_stdout(other)
        || matches!((resolve(one), resolve(other)), (Ok(one), Ok(other)) if one == other)
}

/// The absolute path without symbolic links. The file itself need not exist.
fn resolve(path: &Path) -> io::Result<PathBuf> {
    match fs::canonicalize(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let path = path::absolute(path)?;
            let folder = fs::canonicalize(folder(&path)?)?;
            match fs::read_link(&path) {
                Ok(target) => resolve(&folder.join(target)),
                Err(_) => Ok(folder.join(path.file_name().unwrap_or_default())),
            }
        }
        found => found,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_paths_to_the_same_file_are_recognized() {
        let folder = tempfile::tempdir().unwrap();
        let name = |name: &str| folder.path().join(name);
        fs::create_dir(name("sub")).unwrap();
        fs::write(name("there"), "").unwrap();
        assert!(is_same(&name("there"), &name("sub/../there")));
        assert!(is_same(&name("not-yet"), &name("./not-yet")));
        assert!(is_same(&name("not-yet"), &name("sub/../not-yet")));
        assert!(is_same(Path::new("-"), Path::new("/dev/fd/1")));
        assert!(!is_same(&name("there"), &name("not-yet")));
        assert!(!is_same(&name("there"), Path::new("-")));
        assert!(is_same(&name("no-folder/a"), &name("no-folder/a")));
        assert!(!is_same(&name("no-folder/a"), &name("no-folder/b")));
    }

    #[cfg(unix)]
    #[test]
    fn a_symbolic_link_is_the_same_as_its_target() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        std::os::unix::fs::symlink("file", &link).unwrap();
        assert!(is_same(&file, &link), "before it is there");
        fs::write(&file, "").unwrap();
        assert!(is_same(&file, &link), "and when it is");
    }
}
