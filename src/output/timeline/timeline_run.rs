//! A run to draw, and the time axis that several runs share.

use std::time::Duration;

use super::TimeAxis;
use super::phases::last;
use crate::flag::Span;

/// One run to draw.
#[derive(Debug, Clone)]
pub struct TimelineRun<'a> {
    /// `threads`, and further words about the run.
    pub name: String,
    pub about: String,
    pub spans: &'a [Span],
    pub elapsed: Duration,
}

/// The time axis that all `runs` share, with at most `most` ticks besides that of 0.
pub fn common_axis(runs: &[TimelineRun], most: usize) -> TimeAxis {
    let ends = runs.iter().map(|run| last(run.spans, run.elapsed));
    TimeAxis::new(ends.max().unwrap_or_default(), most)
}
