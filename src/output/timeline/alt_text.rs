//! Timelines in words: the text alternative of a drawing.

use std::time::Duration;

use super::phases::{PHASES, remark, times};
use super::timeline_run::TimelineRun;
use crate::flag::Outcome;
use crate::numbers::{counted, time};

/// A row: `BR, from 0 to 121 ms: waiting 100 ms, receiving 20.0 ms, saving 1.00 ms`.
pub fn describe(span: &Outcome) -> String {
    let times = times(span);
    let lengths = times.windows(2).map(|edges| edges[1] - edges[0]);
    let phases = PHASES.into_iter().zip(lengths).filter(|(_, length)| !length.is_zero());
    let phases = phases.map(|(phase, length)| format!("{} {}", phase.name(), time(length)));
    let remark = Some(remark(span)).filter(|remark| !remark.is_empty());
    let parts: Vec<String> = phases.chain(remark).collect();
    format!("{}, from {} to {}: {}", span.code, time(span.start), time(span.end), parts.join(", "))
}

/// A run: `threads, 20 jobs, 151 ms: 20 flags, at most 20 at a time.`
pub fn summarize(run: &TimelineRun) -> String {
    let flags = counted(run.spans.len(), "flag", "flags");
    let most = max_concurrent(run.spans);
    format!("{}, {}: {flags}, at most {most} at a time.", run.name, run.about)
}

/// The maximum number of downloads that overlapped.
fn max_concurrent(spans: &[Outcome]) -> usize {
    // Of an end and a start at the same time, the end comes first.
    let starts = spans.iter().map(|span| (span.start, 1));
    let mut events: Vec<(Duration, isize)> =
        starts.chain(spans.iter().map(|span| (span.end, -1))).collect();
    events.sort_unstable();
    let counts = events.iter().scan(0, |now, (_, change)| {
        *now += change;
        Some(*now)
    });
    counts.max().unwrap_or(0).max(0) as usize
}
