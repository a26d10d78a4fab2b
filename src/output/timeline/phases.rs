//! Where the phases of each flag lie on the time axis.

use std::time::Duration;

use super::TimeAxis;
use crate::flag::{Span, Status};

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
pub fn by_start(spans: &[Span]) -> Vec<&Span> {
    let mut rows: Vec<_> = spans.iter().collect();
    rows.sort_by_key(|span| (span.start, span.code));
    rows
}

/// The edges of the phases, as shares of the axis: start, answered, fetched, end. They lie from 0
/// to 1 and never decrease.
pub fn edges(span: &Span, axis: &TimeAxis) -> [f64; 4] {
    times(span).map(|time| axis.share(time))
}

/// The times at which the phases begin and end: start, answered, fetched, end. They never decrease.
///
/// Without a response, the flag is waiting until its end. If it was not saved, it is being received
/// until its end. Without a request, it has no phase.
pub fn times(span: &Span) -> [Duration; 4] {
    let end = if span.attempts == 0 { span.start } else { span.end.max(span.start) };
    let answered = span.answered.unwrap_or(end).clamp(span.start, end);
    let fetched = span.fetched.filter(|_| span.status == Status::Ok);
    let fetched = fetched.unwrap_or(end).clamp(answered, end);
    [span.start, answered, fetched, end]
}

/// The end of the time axis: the latest end of the spans and of the run, which took `elapsed`.
pub fn axis_end(spans: &[Span], elapsed: Duration) -> Duration {
    spans.iter().map(|span| span.end).fold(elapsed, Duration::max)
}

/// What is remarkable about a flag: `failed, 3 tries`. Empty if it was saved at the first try.
pub fn remark(span: &Span) -> String {
    let status = (span.status != Status::Ok).then(|| span.status.to_string());
    let tries = is_retried(span).then(|| format!("{} tries", span.attempts));
    status.into_iter().chain(tries).collect::<Vec<String>>().join(", ")
}

/// Whether the flag failed.
pub fn is_failed(span: &Span) -> bool {
    matches!(span.status, Status::NotFound | Status::Error)
}

/// Whether the flag needed more than one attempt.
pub fn is_retried(span: &Span) -> bool {
    span.attempts > 1
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::option;
    use proptest::prelude::*;

    use super::*;
    use crate::country::CountryCode;

    /// A span whose times are in milliseconds.
    pub(crate) fn span(code: &str, times: [u64; 4]) -> Span {
        let [start, answered, fetched, end] = times.map(Duration::from_millis);
        Span {
            code: code.parse().unwrap(),
            start,
            answered: Some(answered),
            fetched: Some(fetched),
            end,
            status: Status::Ok,
            attempts: 1,
        }
    }

    /// Arbitrary spans, including some whose times contradict each other.
    pub(crate) fn any_spans() -> impl Strategy<Value = Vec<Span>> {
        let time = || (0u64..5_000_000).prop_map(Duration::from_micros);
        let status = prop::sample::select(vec![
            Status::Ok,
            Status::NotFound,
            Status::Error,
            Status::Skipped,
            Status::Unchanged,
        ]);
        let times = (time(), option::of(time()), option::of(time()), time());
        let span = (0..CountryCode::COUNT, times, status, 0u32..5).prop_map(
            |(code, (start, answered, fetched, end), status, attempts)| {
                let code = CountryCode::every().nth(code).unwrap();
                Span { code, start, answered, fetched, end, status, attempts }
            },
        );
        prop::collection::vec(span, 0..200)
    }

    #[test]
    fn only_a_saved_flag_has_a_saving_phase_and_a_skipped_one_has_none_at_all() {
        let axis = TimeAxis::new(Duration::from_secs(1), 4);
        let saved = span("BR", [0, 250, 500, 1000]);
        let missing = Span { status: Status::NotFound, ..saved };
        assert_eq!(edges(&missing, &axis), [0.0, 0.25, 1.0, 1.0]);
        let skipped = Span { status: Status::Skipped, attempts: 0, ..saved };
        assert_eq!(edges(&skipped, &axis), [0.0; 4]);
    }

    #[test]
    fn phases_follow_each_other() {
        let axis = TimeAxis::new(Duration::from_secs(2), 4);
        let edges = edges(&span("BR", [250, 1000, 1500, 1750]), &axis);
        assert_eq!(edges, [0.125, 0.5, 0.75, 0.875]);
    }

    #[test]
    fn a_flag_without_a_response_waited_to_its_end() {
        let axis = TimeAxis::new(Duration::from_secs(2), 4);
        let span = Span { answered: None, fetched: None, ..span("BR", [250, 0, 0, 1000]) };
        assert_eq!(edges(&span, &axis), [0.125, 0.5, 0.5, 0.5]);
    }

    #[test]
    fn rows_are_in_order_of_start_and_then_of_code() {
        let spans = [
            span("CN", [5, 6, 7, 8]),
            span("BR", [5, 6, 7, 8]),
            span("US", [0, 8, 9, 10]),
            span("AD", [9, 10, 11, 12]),
        ];
        let codes: Vec<_> = by_start(&spans).iter().map(|span| span.code.to_string()).collect();
        assert_eq!(codes, ["US", "BR", "CN", "AD"]);
    }

    #[test]
    fn failures_and_retries_are_remarked_on() {
        let saved = span("BR", [0, 1, 2, 3]);
        assert_eq!(remark(&saved), "");
        assert_eq!(remark(&Span { attempts: 2, ..saved }), "2 tries");
        assert_eq!(remark(&Span { status: Status::NotFound, ..saved }), "not found");
        let failed = Span { status: Status::Error, attempts: 3, ..saved };
        assert_eq!(remark(&failed), "failed, 3 tries");
    }

    proptest! {
        #[test]
        fn nothing_lies_outside_the_axis(spans in any_spans(), elapsed in 0u64..5_000_000) {
            let axis = TimeAxis::new(axis_end(&spans, Duration::from_micros(elapsed)), 5);
            for span in &spans {
                let edges = edges(span, &axis);
                prop_assert!(edges.is_sorted(), "{edges:?}");
                prop_assert!(edges.iter().all(|edge| (0.0..=1.0).contains(edge)), "{edges:?}");
            }
        }
    }
}
