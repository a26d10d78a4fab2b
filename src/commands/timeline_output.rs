//! `--timeline`: where the drawing of a run goes.

use std::path::PathBuf;

use anyhow::Context;

use crate::cli::usage_error;
use crate::flag::Span;
use crate::output::export::{Target, is_stdout};
use crate::output::text;
use crate::output::timeline::{self, TimelineRun};
use crate::run::Summary;

/// What `--timeline` asks for.
pub(super) enum TimelineOutput {
    None,
    /// Text on stdout, after the count.
    Text,
    Svg {
        target: Target,
        takes_stdout: bool,
    },
}

impl TimelineOutput {
    /// Opens the file, before any request is sent.
    ///
    /// # Errors
    /// The file cannot be written; a [`UsageError`](crate::cli::UsageError) if `--json` or
    /// `--quiet` excludes a drawing on stdout.
    pub(super) fn open(
        wanted: Option<&Option<PathBuf>>,
        json: bool,
        quiet: bool,
    ) -> anyhow::Result<TimelineOutput> {
        let refuse = |option| {
            Err(usage_error(format!(
                "{option} and --timeline exclude each other on stdout; use --timeline=FILE"
            )))
        };
        match wanted {
            None => Ok(TimelineOutput::None),
            Some(None) if json => refuse("--json"),
            Some(None) if quiet => refuse("--quiet"),
            Some(None) => Ok(TimelineOutput::Text),
            Some(Some(file)) if json && is_stdout(file) => refuse("--json"),
            Some(Some(file)) => {
                let takes_stdout = is_stdout(file);
                Ok(TimelineOutput::Svg { target: Target::open(file)?, takes_stdout })
            }
        }
    }

    /// Whether stdout has the drawing and nothing else.
    pub(super) fn takes_stdout(&self) -> bool {
        matches!(self, TimelineOutput::Svg { takes_stdout: true, .. })
    }

    /// Draws the run, even if it was interrupted.
    ///
    /// # Errors
    /// The drawing can't be written. A closed pipe is not an error.
    pub(super) fn write(self, summary: &Summary) -> anyhow::Result<()> {
        if let TimelineOutput::None = self {
            return Ok(());
        }
        let spans: Vec<Span> = summary.outcomes.iter().map(Span::from).collect();
        match self {
            TimelineOutput::None => Ok(()),
            TimelineOutput::Text => {
                timeline::show(&spans, summary.elapsed).context("cannot write the timeline")
            }
            TimelineOutput::Svg { target, .. } => {
                let noun = if summary.jobs == 1 { "job" } else { "jobs" };
                let run = TimelineRun {
                    name: summary.mode.to_string(),
                    about: format!("{} {noun}, {}", summary.jobs, text::count(summary)),
                    spans: &spans,
                    elapsed: summary.elapsed,
                };
                let title = format!("Flags from {}", summary.base);
                target.finish(&timeline::document(&title, &[run]))
            }
        }
    }
}
