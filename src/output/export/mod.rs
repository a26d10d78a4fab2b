//! Exports of a comparison's results: one small type for each format.

mod atomic_file;
mod csv;
mod html;
mod json;
mod markdown;
mod svg;

use std::path::{self, Path, PathBuf};
use std::{fs, io};

use crate::compare::Results;
pub(crate) use atomic_file::Target;

pub use csv::Csv;
pub use html::Html;
pub use json::Json;
pub use markdown::Markdown;
pub use svg::Svg;

/// A format for results. To add one, write a file in this folder, and add it to this module and an
/// option to the command line.
pub trait Exporter {
    /// The whole document, with a line break at its end. The results may be empty.
    ///
    /// # Errors
    /// The results cannot be written in this format.
    fn export(&self, results: &Results) -> anyhow::Result<String>;
}

/// The exports of one comparison.
pub struct Exports(Vec<(Box<dyn Exporter>, Target)>);

/// Whether `path` means stdout: `-`, or one of its names on Unix.
pub fn is_stdout(path: &Path) -> bool {
    ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"].iter().any(|name| path == Path::new(name))
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
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let path = path::absolute(path)?;
            let folder = fs::canonicalize(path.parent().unwrap_or(&path))?;
            match fs::read_link(&path) {
                Ok(target) => resolve(&folder.join(target)),
                Err(_) => Ok(folder.join(path.file_name().unwrap_or_default())),
            }
        }
        found => found,
    }
}

impl Exports {
    /// Opens every target. Opening a named pipe blocks until a reader opens it.
    ///
    /// # Errors
    /// A target cannot be written.
    pub fn open(wanted: Vec<(Box<dyn Exporter>, PathBuf)>) -> anyhow::Result<Exports> {
        let open = |(exporter, path): (Box<dyn Exporter>, PathBuf)| {
            anyhow::Ok((exporter, Target::open(&path)?))
        };
        Ok(Exports(wanted.into_iter().map(open).collect::<Result<_, _>>()?))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Writes the results so far to every file. Streams have to wait for the final results.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn update(&self, results: &Results) -> anyhow::Result<()> {
        for (exporter, target) in &self.0 {
            if let Target::AtomicFile(file) = target {
                file.replace(&exporter.export(results)?)?;
            }
        }
        Ok(())
    }

    /// Writes the final results to every target.
    ///
    /// # Errors
    /// A target cannot be written. All others are written nevertheless.
    pub fn finish(self, results: &Results) -> anyhow::Result<()> {
        let mut result = Ok(());
        for (exporter, target) in self.0 {
            let finished = exporter.export(results).and_then(|document| target.finish(&document));
            result = result.and(finished);
        }
        result
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
