//! Exports of a comparison's results: one function for each format.

pub mod csv;
pub mod html;
pub mod json;
pub mod markdown;
pub mod svg;
mod target;

use std::path::PathBuf;

use crate::compare::Results;
pub(crate) use target::Target;

pub use target::{is_same, is_stdout};

/// Writes results, which may be empty, as a document in one format, with a line break at its end.
/// CONTRIBUTING.md lists the steps to add one.
pub type Exporter = fn(&Results) -> String;

/// The exports of one comparison.
pub struct Exports(Vec<(Exporter, Target)>);

impl Exports {
    /// Opens every target. Opening a named pipe blocks until a reader opens it.
    ///
    /// # Errors
    /// A target cannot be written.
    pub fn open(wanted: Vec<(Exporter, PathBuf)>) -> anyhow::Result<Exports> {
        let opened =
            wanted.into_iter().map(|(exporter, path)| Ok((exporter, Target::open(&path)?)));
        opened.collect::<anyhow::Result<_>>().map(Exports)
    }

    /// Writes the results so far to every file. The others have to wait for the final results.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn update(&self, results: &Results) -> anyhow::Result<()> {
        for (exporter, target) in &self.0 {
            target.update(|| exporter(results))?;
        }
        Ok(())
    }

    /// Writes the final results to every target. If nothing was measured, files stay as they are.
    ///
    /// # Errors
    /// A target cannot be written. All others are written nevertheless.
    pub fn finish(self, results: &Results) -> anyhow::Result<()> {
        let mut result = Ok(());
        for (exporter, target) in self.0 {
            if results.contenders.is_empty() && matches!(target, Target::File(_)) {
                continue;
            }
            result = result.and(target.finish(&exporter(results)));
        }
        result
    }
}
