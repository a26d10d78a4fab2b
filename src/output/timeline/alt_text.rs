//! Timelines in words: the text alternative of a drawing.

use std::time::Duration;

use super::phases::{PHASES, remark, times};
use super::timeline_run::TimelineRun;
use crate::flag::Span;
use crate::numbers::{counted, time};

/// A row: `BR, from 0 to 121 ms: waiting 100 ms, receiving 20.0 ms, saving 1.00 ms`.
pub fn describe(span: &Span) -> String {
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
fn max_concurrent(spans: &[Span]) -> usize {
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

#[cfg(test)]
mod tests {
    use super::super::phases::tests::span;
    use super::*;
    use crate::flag::Status;

    #[test]
    fn a_row_names_its_phases_and_how_it_ended() {
        let saved = span("BR", [0, 100, 120, 121]);
        let words = "BR, from 0 to 121 ms: waiting 100 ms, receiving 20.0 ms, saving 1.00 ms";
        assert_eq!(describe(&saved), words);
        let failed = Span {
            answered: None,
            fetched: None,
            status: Status::Error,
            attempts: 3,
            ..span("BR", [0, 0, 0, 2500])
        };
        assert_eq!(describe(&failed), "BR, from 0 to 2.50 s: waiting 2.50 s, failed, 3 tries");
    }

    #[test]
    fn a_row_names_only_the_phases_that_are_drawn() {
        let missing = Span { status: Status::NotFound, ..span("BR", [0, 100, 100, 101]) };
        let words = "BR, from 0 to 101 ms: waiting 100 ms, receiving 1.00 ms, not found";
        assert_eq!(describe(&missing), words);
        let skipped = Span {
            answered: None,
            fetched: None,
            status: Status::Skipped,
            attempts: 0,
            ..span("BR", [0, 0, 0, 1])
        };
        assert_eq!(describe(&skipped), "BR, from 0 to 1.00 ms: skipped");
    }

    #[test]
    fn a_run_shows_its_maximum_number_of_concurrent_flags() {
        let spans = [span("BD", [0, 1, 2, 3]), span("BR", [1, 2, 3, 4]), span("CD", [3, 4, 5, 6])];
        let elapsed = Duration::from_millis(6);
        let (name, about) = ("threads".into(), "2 jobs, 6 ms".into());
        let run = TimelineRun { name, about, spans: &spans, elapsed };
        assert_eq!(summarize(&run), "threads, 2 jobs, 6 ms: 3 flags, at most 2 at a time.");
        assert_eq!(max_concurrent(&[]), 0);
    }
}
