//! Findings as files, one small type for each format.

mod csv;
mod json;
mod markdown;
mod target;

use std::path::{Path, PathBuf};

use super::Findings;
use target::Target;

pub use csv::Csv;
pub use json::{Json, SCHEMA_VERSION};
pub use markdown::Markdown;

/// A format that findings can be exported in. A further one is a file beside the others, a line here and an
/// option on the command line.
pub trait Exporter {
    /// The whole document, with a line break at its end. There may be nothing in the findings yet.
    ///
    /// # Errors
    /// The findings can't be put into this format.
    fn export(&self, findings: &Findings) -> anyhow::Result<String>;
}

/// The exports that were asked for.
#[derive(Default)]
pub struct Exports(Vec<Export>);

struct Export {
    exporter: Box<dyn Exporter>,
    target: Target,
}

/// Whether `path` stands for stdout: `-`, or what Unix calls it.
pub fn is_stdout(path: &Path) -> bool {
    path == Path::new("-") || path == Path::new("/dev/stdout")
}

impl Exports {
    /// Opens every file, and writes what there is before the first round: no results. A file from an
    /// earlier comparison so can't be taken for this one's.
    ///
    /// # Errors
    /// One of them can't be written.
    pub fn open(
        wanted: Vec<(Box<dyn Exporter>, PathBuf)>,
        findings: &Findings,
    ) -> anyhow::Result<Exports> {
        let open = |(exporter, path): (Box<dyn Exporter>, PathBuf)| {
            anyhow::Ok(Export { exporter, target: Target::open(&path)? })
        };
        let mut exports = Exports(wanted.into_iter().map(open).collect::<Result<_, _>>()?);
        exports.update(findings)?;
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
    pub fn update(&mut self, findings: &Findings) -> anyhow::Result<()> {
        for Export { exporter, target } in &mut self.0 {
            if let Target::Replaced(file) = target {
                file.replace(&exporter.export(findings)?)?;
            }
        }
        Ok(())
    }

    /// Writes all of them for the last time, those that can be written but once as well.
    ///
    /// # Errors
    /// One of them can't be written. The others are, all the same.
    pub fn finish(self, findings: &Findings) -> anyhow::Result<()> {
        let mut result = Ok(());
        for Export { exporter, target } in self.0 {
            let finished = exporter.export(findings).and_then(|document| target.finish(&document));
            result = result.and(finished);
        }
        result
    }
}
