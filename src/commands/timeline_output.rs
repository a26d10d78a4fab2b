//! `--timeline`: where the drawing of a run goes.

use anyhow::Context;

use crate::cli::{Timeline, usage_error};
use crate::numbers::{counted, time};
use crate::output::export::{Target, is_stdout};
use crate::output::timeline::svg::{Run, document};
use crate::output::timeline::text;
use crate::output::timeline::words::in_flight;
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
pub(super) fn check_stdout_is_free(
    timeline: &Option<Timeline>,
    json: bool,
    quiet: bool,
) -> anyhow::Result<()> {
    let is_text = matches!(timeline, Some(Timeline::Text));
    let option = match is_text || takes_stdout(timeline) {
        true if quiet && is_text => "--quiet",
        true if json => "--json",
        _ => return Ok(()),
    };
    Err(usage_error(format!(
        "{option} and --timeline exclude each other on stdout; use --timeline=FILE"
    )))
}

/// Whether stdout has the drawing and nothing else.
pub(super) fn takes_stdout(timeline: &Option<Timeline>) -> bool {
    matches!(timeline, Some(Timeline::Svg(file)) if is_stdout(file))
}

impl TimelineOutput {
    /// Opens the file, before any request is sent.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(super) fn open(timeline: Option<Timeline>) -> anyhow::Result<TimelineOutput> {
        Ok(match timeline {
            None => TimelineOutput::None,
            Some(Timeline::Text) => TimelineOutput::Text,
            Some(Timeline::Svg(file)) => TimelineOutput::Svg(Target::open(&file)?),
        })
    }

    /// Draws a run over the flags of `server`, even if it was interrupted.
    ///
    /// # Errors
    /// The drawing can't be written. A closed pipe is not an error.
    pub(super) fn write(self, summary: &Summary, server: &str) -> anyhow::Result<()> {
        let Summary { mode, jobs, outcomes, elapsed, .. } = summary;
        match self {
            TimelineOutput::None => Ok(()),
            TimelineOutput::Text => {
                text::show(outcomes, *elapsed).context("cannot write the timeline")
            }
            TimelineOutput::Svg(target) => {
                let flags = counted(outcomes.len(), "flag", "flags");
                let name = Run::name_of(*mode, *jobs);
                let run = Run { name, result: time(*elapsed), outcomes, elapsed: *elapsed };
                let sentence = in_flight(outcomes, *elapsed);
                target.finish(&document(&format!("{flags} from {server}"), &sentence, &[run]))
            }
        }
    }
}
