//! `--timeline`: where the drawing of a run goes.

use std::path::PathBuf;

use anyhow::Context;

use crate::cli::usage_error;
use crate::numbers::{counted, time};
use crate::output::export::{Target, is_stdout};
use crate::output::timeline;
use crate::output::timeline::svg::{Run, document};
use crate::run::Summary;

/// The output that `--timeline` requests.
pub(super) enum TimelineOutput {
    None,
    /// Text on stdout, after the count.
    Text,
    Svg(Target),
}

/// Checks that stdout is not used for both the drawing and another document.
///
/// # Errors
/// A usage error if `--json` or `--quiet` excludes the drawing on stdout.
pub(super) fn check(
    timeline: Option<&Option<PathBuf>>,
    json: bool,
    quiet: bool,
) -> anyhow::Result<()> {
    let option = match timeline {
        Some(None) if quiet => "--quiet",
        Some(None) if json => "--json",
        _ if json && takes_stdout(timeline) => "--json",
        _ => return Ok(()),
    };
    Err(usage_error(format!(
        "{option} and --timeline exclude each other on stdout; use --timeline=FILE"
    )))
}

/// Whether stdout has the drawing and nothing else.
pub(super) fn takes_stdout(timeline: Option<&Option<PathBuf>>) -> bool {
    matches!(timeline, Some(Some(file)) if is_stdout(file))
}

impl TimelineOutput {
    /// Opens the file, before any request is sent.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(super) fn open(timeline: Option<&Option<PathBuf>>) -> anyhow::Result<TimelineOutput> {
        Ok(match timeline {
            None => TimelineOutput::None,
            Some(None) => TimelineOutput::Text,
            Some(Some(file)) => TimelineOutput::Svg(Target::open(file)?),
        })
    }

    /// Draws the run, even if it was interrupted.
    ///
    /// # Errors
    /// The drawing can't be written. A closed pipe is not an error.
    pub(super) fn write(self, summary: &Summary) -> anyhow::Result<()> {
        let spans = &summary.outcomes;
        match self {
            TimelineOutput::None => Ok(()),
            TimelineOutput::Text => {
                timeline::show(spans, summary.elapsed).context("cannot write the timeline")
            }
            TimelineOutput::Svg(target) => {
                let flags = counted(spans.len(), "flag", "flags");
                let run = Run {
                    name: summary.mode.to_string(),
                    result: time(summary.elapsed),
                    outcomes: spans,
                    elapsed: summary.elapsed,
                };
                let title = format!("{flags} from {}", summary.base);
                target.finish(&document(&title, &[run]))
            }
        }
    }
}
