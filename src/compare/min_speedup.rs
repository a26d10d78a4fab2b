//! `--min-speedup`: the speedup that a contender has to reach, and whether it does.

use std::fmt;

use super::median_interval::CONFIDENCE;
use super::{Contender, Speedup};

/// The speedup that a contender has to reach.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MinSpeedup {
    pub contender: Contender,
    /// How many times as fast as the reference the contender has to be.
    pub factor: f64,
}

/// What the interval of a measured speedup says about a [`MinSpeedup`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The whole interval lies above the factor.
    Passed,
    /// The interval contains the factor.
    Inconclusive,
    /// The whole interval lies below the factor.
    Failed,
}

/// A [`MinSpeedup`] with the speedup that was measured for it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpeedupCheck {
    pub min_speedup: MinSpeedup,
    pub speedup: Speedup,
    /// Whether it is too early for a verdict: see [`Results::new`](super::Results::new).
    pub too_early: bool,
}

impl SpeedupCheck {
    /// The verdict. A single round has no interval, so the measured speedup itself decides.
    pub fn verdict(&self) -> Verdict {
        let factor = self.min_speedup.factor;
        let interval = self.speedup.interval;
        match self.too_early {
            false if interval.high < factor => Verdict::Failed,
            false if interval.low > factor => Verdict::Passed,
            _ => Verdict::Inconclusive,
        }
    }
}

/// The value of the option: `threads@5=3`.
impl fmt::Display for MinSpeedup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.contender, self.factor)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Verdict::Passed => "passed",
            Verdict::Inconclusive => "inconclusive",
            Verdict::Failed => "failed",
        })
    }
}

/// The verdict as a sentence:
/// `--min-speedup threads=5: passed: threads is 14.2 times as fast as seq (13.8 to 14.6)`. A
/// failure says so if there were too few rounds for 95 % confidence, and an inconclusive check if
/// only the number of rounds leaves it undecided.
impl fmt::Display for SpeedupCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SpeedupCheck { min_speedup, speedup, .. } = self;
        let (verdict, contender) = (self.verdict(), min_speedup.contender);
        write!(f, "--min-speedup {min_speedup}: {verdict}: {contender} is {speedup}")?;
        let (rounds, interval) = (speedup.rounds, speedup.interval);
        match verdict {
            Verdict::Failed if rounds > 1 && interval.confidence < CONFIDENCE => {
                let percent = interval.confidence * 100.0;
                write!(f, "; {rounds} rounds give only {percent:.0} % confidence")
            }
            Verdict::Inconclusive if !interval.contains(min_speedup.factor) => {
                f.write_str("; too few rounds to decide")
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::fixtures::{contender, min_speedup};
    use crate::compare::median_interval::Interval;

    fn checked(name: &str, low: f64, high: f64) -> SpeedupCheck {
        let speedup = Speedup {
            reference: contender("seq"),
            median: (low + high) / 2.0,
            interval: Interval { low, high, confidence: 0.95 },
            rounds: 10,
        };
        SpeedupCheck { min_speedup: min_speedup(name, 5.0), speedup, too_early: false }
    }

    #[test]
    fn only_an_interval_that_lies_wholly_below_the_factor_fails() {
        for (low, high, verdict) in [
            (3.0, 4.9, Verdict::Failed),
            (3.0, 5.0, Verdict::Inconclusive),
            (4.0, 6.0, Verdict::Inconclusive),
            (5.0, 6.0, Verdict::Inconclusive),
            (5.1, 6.0, Verdict::Passed),
        ] {
            assert_eq!(checked("threads", low, high).verdict(), verdict, "{low} to {high}");
        }
    }

    #[test]
    fn after_a_single_round_the_measured_speedup_decides() {
        let one = |times| {
            let mut checked = checked("async", times, times);
            checked.speedup.rounds = 1;
            checked
        };
        assert_eq!(one(4.99).verdict(), Verdict::Failed);
        assert_eq!(one(5.0).verdict(), Verdict::Inconclusive);
        assert_eq!(one(5.01).verdict(), Verdict::Passed);
        let sentence =
            "--min-speedup async=5: failed: async is 4.00 times as fast as seq (one round)";
        assert_eq!(one(4.0).to_string(), sentence);
    }

    #[test]
    fn too_few_rounds_leave_it_undecided() {
        let early = SpeedupCheck { too_early: true, ..checked("threads", 1.0, 2.0) };
        assert_eq!(early.verdict(), Verdict::Inconclusive);
        assert!(early.to_string().ends_with("(1.00 to 2.00); too few rounds to decide"), "{early}");
    }

    #[test]
    fn a_failure_after_few_rounds_says_how_little_confidence_they_give() {
        let mut few = checked("threads", 1.0, 2.0);
        (few.speedup.rounds, few.speedup.interval.confidence) = (3, 0.75);
        let end = "(1.00 to 2.00); 3 rounds give only 75 % confidence";
        assert!(few.to_string().ends_with(end), "{few}");
    }

    #[test]
    fn the_sentence_shows_the_verdict_with_the_measured_speedup() {
        let sentence = "--min-speedup threads=5: inconclusive: threads is 5.00 times as fast as \
                        seq (4.00 to 6.00)";
        assert_eq!(checked("threads", 4.0, 6.0).to_string(), sentence);
    }
}
