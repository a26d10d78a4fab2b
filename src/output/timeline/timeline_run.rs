//! A run to draw, and the time axis that several runs share.

use std::time::Duration;

use super::TimeAxis;
use super::phases::axis_end;
use crate::flag::Outcome;

/// One run to draw.
#[derive(Debug, Clone)]
pub struct TimelineRun<'a> {
    /// The mode, with the number of jobs if it has several: `threads@5`.
    pub name: String,
    /// The number of jobs and the results, for the heading.
    pub about: String,
    pub spans: &'a [Outcome],
    pub elapsed: Duration,
}

/// The time axis that all `runs` share, with at most `max_ticks` ticks besides that of 0.
pub fn common_axis(runs: &[TimelineRun], max_ticks: usize) -> TimeAxis {
    let ends = runs.iter().map(|run| axis_end(run.spans, run.elapsed));
    TimeAxis::new(ends.max().unwrap_or_default(), max_ticks)
}
