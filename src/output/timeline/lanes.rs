//! The geometry of a run: the flags as blocks in rows, a row for each job.

use std::time::Duration;

use crate::flag::{Outcome, Status};

/// The maximum number of rows that are drawn.
pub const MAX_ROWS: usize = 40;

/// A flag in a row. Times count from the start of the run.
#[derive(Debug, Clone, Copy)]
pub struct Block<'a> {
    pub outcome: &'a Outcome,
    pub start: Duration,
    /// The end of waiting and the start of receiving; the end of the block if nothing was received.
    pub head: Duration,
    pub end: Duration,
}

/// The rows of a run. Each flag that was requested is a block in the lowest row that is free when
/// it starts, so there are at most as many rows as jobs. The blocks of a row do not overlap.
pub fn lanes(outcomes: &[Outcome]) -> Vec<Vec<Block<'_>>> {
    let requested = outcomes.iter().filter(|outcome| outcome.trace.attempts > 0);
    let mut blocks: Vec<_> = requested.map(Block::of).collect();
    blocks.sort_by_key(|block| (block.start, block.outcome.code));
    let mut rows: Vec<Vec<Block>> = Vec::new();
    for block in blocks {
        let is_free = |row: &Vec<Block>| row.last().is_none_or(|last| last.end <= block.start);
        match rows.iter().position(is_free) {
            Some(free) => rows[free].push(block),
            None => rows.push(vec![block]),
        }
    }
    rows
}

/// The end of the time axis: the latest end of a flag, and of the run, which took `elapsed`.
pub fn axis_end(outcomes: &[Outcome], elapsed: Duration) -> Duration {
    outcomes.iter().map(|outcome| outcome.end).fold(elapsed, Duration::max)
}

/// What the shades and marks in `rows` mean: a mark, if there is one, and its meaning.
pub fn legend<'a>(
    rows: impl Iterator<Item = &'a Vec<Block<'a>>>,
) -> Vec<(&'static str, &'static str)> {
    let blocks: Vec<_> = rows.flatten().collect();
    let mut legend = vec![("", "waiting"), ("", "receiving")];
    legend.extend(blocks.iter().any(|block| block.is_failed()).then_some(("✗", "failed")));
    let is_retried = |block: &&Block| block.outcome.trace.attempts > 1;
    legend.extend(blocks.into_iter().find(is_retried).map(|_| ("×2", "two attempts")));
    legend
}

impl<'a> Block<'a> {
    fn of(outcome: &'a Outcome) -> Block<'a> {
        let (start, end) = (outcome.start, outcome.end.max(outcome.start));
        let head = outcome.trace.head_at.map_or(end, |head| head.clamp(start, end));
        Block { outcome, start, head, end }
    }

    /// Whether the flag failed.
    pub fn is_failed(&self) -> bool {
        matches!(self.outcome.status, Status::NotFound | Status::Failed(_))
    }

    /// What to write into a block with room for `inside` characters, and into the gap of `behind`
    /// characters after it: the code if it fits, `✗` if the flag failed, and `×3` after three
    /// attempts.
    pub fn labels(&self, inside: usize, behind: usize) -> (String, String) {
        let code = self.outcome.code.to_string();
        let cross = if self.is_failed() { "✗" } else { "" };
        let attempts = match self.outcome.trace.attempts {
            0 | 1 => String::new(),
            attempts => format!("×{attempts}"),
        };
        let marks = format!("{cross}{attempts}");
        let none = String::new;
        let choices = [
            (format!("{code}{marks}"), none()),
            (code, marks.clone()),
            (marks.clone(), none()),
            (none(), marks),
            (cross.to_owned(), none()),
        ];
        let fits = |text: &str, room| text.chars().count() <= room;
        let mut fitting = choices
            .into_iter()
            .filter(|(within, after)| fits(within, inside) && fits(after, behind));
        fitting.next().unwrap_or_default()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::option;
    use proptest::prelude::*;

    use super::*;
    use crate::country::CountryCode;
    use crate::fetch::{FlagError, Kind, Trace};

    pub(crate) fn trace(attempts: u32, head_at: Option<Duration>) -> Trace {
        Trace { attempts, head_at, ..Trace::default() }
    }

    /// A saved flag whose times are in milliseconds: start, head of the response, end.
    pub(crate) fn outcome(code: &str, [start, head, end]: [u64; 3]) -> Outcome {
        Outcome {
            code: code.parse().unwrap(),
            url: String::new(),
            path: Default::default(),
            status: Status::Saved { bytes: 1 },
            start: Duration::from_millis(start),
            trace: trace(1, Some(Duration::from_millis(head))),
            end: Duration::from_millis(end),
        }
    }

    /// A flag that failed without a response.
    pub(crate) fn failed(code: &str, start: u64, end: u64, attempts: u32) -> Outcome {
        let status = Status::Failed(FlagError::permanent(Kind::TooLarge, ""));
        Outcome { status, trace: trace(attempts, None), ..outcome(code, [start, start, end]) }
    }

    /// Outcomes with arbitrary times, including some that contradict each other.
    pub(crate) fn any_outcomes() -> impl Strategy<Value = Vec<Outcome>> {
        let time = || (0u64..5_000_000).prop_map(Duration::from_micros);
        let one = (0..CountryCode::COUNT, time(), option::of(time()), time(), 0u32..5, 0..4);
        let outcome = one.prop_map(|(code, start, head_at, end, attempts, status)| Outcome {
            code: CountryCode::every().nth(code).unwrap(),
            start,
            trace: trace(attempts, head_at),
            end,
            status: match status {
                0 => Status::NotFound,
                1 => Status::Unchanged,
                2 => Status::Failed(FlagError::permanent(Kind::TooLarge, "")),
                _ => Status::Saved { bytes: 1 },
            },
            ..outcome("BR", [0, 0, 0])
        });
        prop::collection::vec(outcome, 0..200)
    }

    /// The outcomes of a run in which each of `jobs` workers takes the next flag when it is free.
    fn run(jobs: usize, lengths: &[u64]) -> Vec<Outcome> {
        let mut free = vec![0; jobs];
        let flag = |(code, length): (CountryCode, &u64)| {
            let worker = (0..jobs).min_by_key(|worker| free[*worker]).unwrap();
            let start = free[worker];
            free[worker] += length;
            outcome(&code.to_string(), [start, start + length / 2, free[worker]])
        };
        CountryCode::every().zip(lengths).map(flag).collect()
    }

    #[test]
    fn a_flag_is_in_the_lowest_row_that_is_free_when_it_starts() {
        let outcomes = [
            outcome("BD", [0, 5, 30]),
            outcome("BR", [0, 5, 10]),
            outcome("CD", [10, 15, 20]),
            outcome("CN", [19, 25, 40]),
            outcome("DE", [30, 35, 40]),
        ];
        let codes = |row: &Vec<Block>| row.iter().map(|block| block.outcome.code).collect();
        let rows: Vec<Vec<CountryCode>> = lanes(&outcomes).iter().map(codes).collect();
        assert_eq!(format!("{rows:?}"), "[[BD, DE], [BR, CD], [CN]]");
    }

    #[test]
    fn a_flag_that_was_not_requested_is_not_drawn() {
        let (status, trace) = (Status::Skipped, Trace::default());
        let skipped = Outcome { status, trace, ..outcome("BR", [0, 0, 1]) };
        assert!(lanes(&[skipped]).is_empty());
    }

    #[test]
    fn labels_are_inside_the_block_or_behind_it_or_left_out() {
        let outcomes = [failed("ZZ", 0, 100, 3), outcome("BR", [0, 1, 2])];
        let labels = |n: usize, inside, behind| Block::of(&outcomes[n]).labels(inside, behind);
        let expect = |labels: (String, String), inside: &str, behind: &str| {
            assert_eq!((&*labels.0, &*labels.1), (inside, behind));
        };
        expect(labels(0, 5, 0), "ZZ✗×3", "");
        expect(labels(0, 4, 3), "ZZ", "✗×3");
        expect(labels(0, 4, 0), "✗×3", "");
        expect(labels(0, 1, 2), "✗", "");
        expect(labels(0, 0, 0), "", "");
        expect(labels(1, 2, 9), "BR", "");
        expect(labels(1, 1, 9), "", "");
    }

    proptest! {
        #[test]
        fn blocks_of_a_row_do_not_overlap_and_lie_within_the_axis(outcomes in any_outcomes()) {
            let end = axis_end(&outcomes, Duration::ZERO);
            for row in lanes(&outcomes) {
                prop_assert!(row.windows(2).all(|pair| pair[0].end <= pair[1].start));
                for Block { start, head, end: block_end, .. } in row {
                    prop_assert!(start <= head && head <= block_end);
                    prop_assert!(block_end <= end.max(start));
                }
            }
        }

        #[test]
        fn a_run_has_a_row_per_job_at_most_and_its_ink_is_the_sum_of_its_flags(
            lengths in prop::collection::vec(0u64..300, 1..100),
            jobs in 1usize..33,
        ) {
            let outcomes = run(jobs, &lengths);
            let rows = lanes(&outcomes);
            prop_assert!(rows.len() <= jobs);
            let ink: Duration = rows.iter().flatten().map(|block| block.end - block.start).sum();
            prop_assert_eq!(ink, Duration::from_millis(lengths.iter().sum()));
        }
    }
}
