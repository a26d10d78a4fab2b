//! Results as files, one small type for each format.

mod atomic_file;
mod csv;
mod json;
mod markdown;

use std::path::{self, Path, PathBuf};
use std::{fs, io};

use crate::compare::Results;
use atomic_file::Target;

pub use csv::Csv;
pub use json::{Json, SCHEMA_VERSION};
pub use markdown::Markdown;

/// A format that results can be exported in. A further one is a file beside the others, a line here and an
/// option on the command line.
pub trait Exporter {
    /// The whole document, with a line break at its end. There may be nothing in the results yet.
    ///
    /// # Errors
    /// The results can't be put into this format.
    fn export(&self, results: &Results) -> anyhow::Result<String>;
}

/// The exports that were asked for.
#[derive(Default)]
pub struct Exports(Vec<Export>);

struct Export {
    exporter: Box<dyn Exporter>,
    target: Target,
}

/// Whether `path` stands for stdout: `-`, or one of the names that Unix has for it.
pub fn is_stdout(path: &Path) -> bool {
    ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"].iter().any(|name| path == Path::new(name))
}

/// Whether two paths lead to the same place, whatever they are called, and whether or not it is there yet.
pub fn is_same(one: &Path, other: &Path) -> bool {
    one == other
        || is_stdout(one) && is_stdout(other)
        || matches!((place(one), place(other)), (Ok(one), Ok(other)) if one == other)
}

/// Where a path leads: absolute, without links in it.
fn place(path: &Path) -> io::Result<PathBuf> {
    match fs::canonicalize(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let path = path::absolute(path)?;
            let folder = fs::canonicalize(path.parent().unwrap_or(&path))?;
            match fs::read_link(&path) {
                Ok(target) => place(&folder.join(target)),
                Err(_) => Ok(folder.join(path.file_name().unwrap_or_default())),
            }
        }
        found => found,
    }
}

impl Exports {
    /// Opens every file, and writes what there is before the first round: no results. A file from an
    /// earlier comparison so can't be taken for this one's.
    ///
    /// # Errors
    /// One of them can't be written.
    pub fn open(
        wanted: Vec<(Box<dyn Exporter>, PathBuf)>,
        results: &Results,
    ) -> anyhow::Result<Exports> {
        let open = |(exporter, path): (Box<dyn Exporter>, PathBuf)| {
            anyhow::Ok(Export { exporter, target: Target::open(&path)? })
        };
        let mut exports = Exports(wanted.into_iter().map(open).collect::<Result<_, _>>()?);
        exports.update(results)?;
        Ok(exports)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Writes anew every file that can be.
    ///
    /// # Errors
    /// One of them can't be written any more.
    pub fn update(&mut self, results: &Results) -> anyhow::Result<()> {
        for Export { exporter, target } in &mut self.0 {
            if let Target::Replaced(file) = target {
                file.replace(&exporter.export(results)?)?;
            }
        }
        Ok(())
    }

    /// Writes all of them for the last time, those that can be written but once as well.
    ///
    /// # Errors
    /// One of them can't be written. The others are, all the same.
    pub fn finish(self, results: &Results) -> anyhow::Result<()> {
        let mut result = Ok(());
        for Export { exporter, target } in self.0 {
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
    fn one_place_may_have_many_names() {
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
    fn a_link_leads_to_what_it_points_to() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        std::os::unix::fs::symlink("file", &link).unwrap();
        assert!(is_same(&file, &link), "before it is there");
        fs::write(&file, "").unwrap();
        assert!(is_same(&file, &link), "and when it is");
    }
}
