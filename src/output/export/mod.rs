//! Exports of a comparison's results: one small type for each format.

mod csv;
mod html;
mod json;
mod markdown;
mod pictured;
mod svg;
mod target;

use std::path::PathBuf;

use crate::compare::Results;
pub(crate) use target::Target;

pub use csv::Csv;
pub use html::Html;
pub use json::Json;
pub use markdown::Markdown;
pub use svg::Svg;
pub use target::{is_same, is_stdout};

/// A format for results. CONTRIBUTING.md lists the steps to add one.
pub trait Exporter {
    /// The whole document, with a line break at its end. The results may be empty.
    ///
    /// # Errors
    /// The results cannot be written in this format.
    fn export(&self, results: &Results) -> anyhow::Result<String>;
}

/// The exports of one comparison.
pub struct Exports(Vec<(Box<dyn Exporter>, Target)>);

impl Exports {
    /// Opens every target. Opening a named pipe blocks until a reader opens it.
    ///
    /// # Errors
    /// A target cannot be written.
    pub fn open(wanted: Vec<(Box<dyn Exporter>, PathBuf)>) -> anyhow::Result<Exports> {
        let opened =
            wanted.into_iter().map(|(exporter, path)| Ok((exporter, Target::open(&path)?)));
        opened.collect::<anyhow::Result<_>>().map(Exports)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Writes the results so far to every file. The others have to wait for the final results.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn update(&self, results: &Results) -> anyhow::Result<()> {
        for (exporter, target) in &self.0 {
            target.update(|| exporter.export(results))?;
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
            let finished = exporter.export(results).and_then(|document| target.finish(&document));
            result = result.and(finished);
        }
        result
    }
}
