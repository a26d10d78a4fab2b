//! Pictures in words: the sentence below one, the tooltip of a block, and the text alternative.

use std::time::Duration;

use super::lanes::{Block, lanes};
use crate::flag::{Outcome, Status};
use crate::numbers::{counted, time};

/// What concurrency did for a run that took `elapsed`:
/// `20 flags in 0.15 s; their times add up to 1.94 s: 12.9 in flight on average`. Flags that were
/// not requested do not count.
pub fn in_flight(outcomes: &[Outcome], elapsed: Duration) -> String {
    let requested = outcomes.iter().filter(|outcome| outcome.trace.attempts > 0);
    let flags = counted(requested.clone().count(), "flag", "flags");
    let sum: Duration = requested.map(Outcome::duration).sum();
    // A run of no time has no requests, and their sum is 0.
    let average = sum.as_secs_f64() / elapsed.as_secs_f64().max(f64::EPSILON);
    let (elapsed, sum) = (time(elapsed), time(sum));
    format!("{flags} in {elapsed}; their times add up to {sum}: {average:.1} in flight on average")
}

/// A block: `BR, from 0 to 0.12 s: waiting 0.10 s, receiving 20.0 ms, not found, 3 attempts`.
pub fn describe(block: &Block) -> String {
    let Block { outcome, start, head, end } = block;
    let phases = [("waiting", *head - *start), ("receiving", *end - *head)];
    let phases = phases.into_iter().filter(|(_, length)| !length.is_zero());
    let phases = phases.map(|(phase, length)| format!("{phase} {}", time(length)));
    let status = (!matches!(outcome.status, Status::Saved { .. })).then_some(&outcome.status);
    let attempts =
        (outcome.trace.attempts > 1).then(|| format!("{} attempts", outcome.trace.attempts));
    let parts: Vec<String> = phases.chain(status.map(Status::to_string)).chain(attempts).collect();
    format!("{}, from {} to {}: {}", outcome.code, time(*start), time(*end), parts.join(", "))
}

/// The flags of each row: `Row 1: BD, ET. Row 2: BR, FR, ZZ (failed).`
pub fn rows(outcomes: &[Outcome]) -> String {
    let flag = |block: &Block| match (&block.outcome.status, block.outcome.trace.attempts) {
        (Status::Saved { .. }, 0 | 1) => block.outcome.code.to_string(),
        (Status::Saved { .. }, attempts) => format!("{} ({attempts} attempts)", block.outcome.code),
        (status, _) => format!("{} ({status})", block.outcome.code),
    };
    let row = |(n, row): (usize, &Vec<Block>)| {
        format!("Row {}: {}.", n + 1, row.iter().map(flag).collect::<Vec<_>>().join(", "))
    };
    lanes(outcomes).iter().enumerate().map(row).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::super::lanes::tests::{failed, outcome};
    use super::*;

    #[test]
    fn the_sentence_has_the_elapsed_time_the_sum_and_their_quotient() {
        let outcomes = [outcome("BD", [0, 5, 150]), outcome("BR", [0, 5, 100])];
        let sentence = in_flight(&outcomes, Duration::from_millis(150));
        let expected = "2 flags in 0.15 s; their times add up to 0.25 s: 1.7 in flight on average";
        assert_eq!(sentence, expected);
        let nothing = in_flight(&[], Duration::ZERO);
        assert_eq!(nothing, "0 flags in 0; their times add up to 0: 0.0 in flight on average");
    }

    #[test]
    fn a_block_has_its_phases_how_it_ended_and_its_attempts() {
        let outcomes = [outcome("BR", [0, 100, 120]), failed("ZZ", 0, 2500, 3)];
        let rows = lanes(&outcomes);
        let words = "BR, from 0 to 0.12 s: waiting 0.10 s, receiving 20.0 ms";
        assert_eq!(describe(&rows[0][0]), words);
        let words = "ZZ, from 0 to 2.50 s: waiting 2.50 s, failed, 3 attempts";
        assert_eq!(describe(&rows[1][0]), words);
    }

    #[test]
    fn every_row_is_listed_with_its_flags() {
        let mut retried = outcome("ET", [10, 20, 30]);
        retried.trace.attempts = 2;
        let outcomes = [outcome("BD", [0, 5, 10]), failed("ZZ", 0, 25, 3), retried];
        assert_eq!(rows(&outcomes), "Row 1: BD, ET (2 attempts). Row 2: ZZ (failed).");
    }
}
