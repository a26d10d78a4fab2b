//! Where the phases of each flag lie on the time axis.

use std::time::Duration;

use super::TimeAxis;
use crate::flag::{Outcome, Status};

/// The phases of a download, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Waits for the head of the response. Includes the connection and the pauses before retries.
    Waiting,
    /// The body arrives.
    Receiving,
    /// The file is written.
    Saving,
}

pub const PHASES: [Phase; 3] = [Phase::Waiting, Phase::Receiving, Phase::Saving];

impl Phase {
    /// `waiting`, `receiving`, `saving`.
    pub fn name(self) -> &'static str {
        match self {
            Phase::Waiting => "waiting",
            Phase::Receiving => "receiving",
            Phase::Saving => "saving",
        }
    }
}

/// The spans in the order in which their flags were started; ties are in the order of the codes.
pub fn by_start(spans: &[Outcome]) -> Vec<&Outcome> {
    let mut rows: Vec<_> = spans.iter().collect();
    rows.sort_by_key(|span| (span.start, span.code));
    rows
}

/// The edges of the phases, as shares of the axis: start, answered, fetched, end. They lie from 0
/// to 1 and never decrease.
pub fn edges(span: &Outcome, axis: &TimeAxis) -> [f64; 4] {
    times(span).map(|time| axis.share(time))
}

/// The times at which the phases begin and end: start, answered, fetched, end. They never decrease.
///
/// Without a response, the flag is waiting until its end. If it was not saved, it is being received
/// until its end. Without a request, it has no phase.
pub fn times(span: &Outcome) -> [Duration; 4] {
    let end = if span.attempts == 0 { span.start } else { span.end.max(span.start) };
    let answered = span.head_at.unwrap_or(end).clamp(span.start, end);
    let fetched = span.body_at.filter(|_| is_saved(span));
    let fetched = fetched.unwrap_or(end).clamp(answered, end);
    [span.start, answered, fetched, end]
}

/// The end of the time axis: the latest end of the spans and of the run, which took `elapsed`.
pub fn axis_end(spans: &[Outcome], elapsed: Duration) -> Duration {
    spans.iter().map(|span| span.end).fold(elapsed, Duration::max)
}

/// What is remarkable about a flag: `failed, 3 tries`. Empty if it was saved at the first try.
pub fn remark(span: &Outcome) -> String {
    let status = (!is_saved(span)).then(|| span.status.to_string());
    let tries = is_retried(span).then(|| format!("{} tries", span.attempts));
    status.into_iter().chain(tries).collect::<Vec<String>>().join(", ")
}

/// Whether the flag was fetched and saved.
pub fn is_saved(span: &Outcome) -> bool {
    matches!(span.status, Status::Saved { .. })
}

/// Whether the flag failed.
pub fn is_failed(span: &Outcome) -> bool {
    matches!(span.status, Status::NotFound | Status::Failed(_))
}

/// Whether the flag needed more than one attempt.
pub fn is_retried(span: &Outcome) -> bool {
    span.attempts > 1
}
