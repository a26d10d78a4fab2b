//! Speedups, and whether they are those that `--min-speedup` asks for.

use std::fmt;

use super::signed_rank::{self, Interval};
use super::{Contender, Measured, MinSpeedup, Setup};
use crate::numbers::three_digits;

/// How many times as fast as the reference a contender is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Speedup {
    pub reference: Contender,
    /// The Hodges–Lehmann estimate of the per-round ratios reference's time ÷ contender's time.
    pub estimate: f64,
    /// The signed-rank interval of these ratios.
    pub interval: Interval,
    /// The number of ratios.
    pub rounds: usize,
}

/// What the interval of a measured speedup says about a [`MinSpeedup`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The whole interval lies above the factor.
    Passed,
    /// The interval contains the factor, or there are too few rounds for an interval of the
    /// confidence asked.
    Inconclusive,
    /// The whole interval lies below the factor.
    Failed,
}

/// A [`MinSpeedup`] with the speedup that was measured for it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpeedupCheck {
    pub min_speedup: MinSpeedup,
    pub speedup: Speedup,
    /// The confidence that a verdict takes, from 0 to 1.
    pub confidence: f64,
}

impl Speedup {
    /// The speedup over `reference` that the `ratios` amount to. `None` for no ratios.
    pub fn new(reference: Contender, ratios: &[f64], confidence: f64) -> Option<Speedup> {
        let interval = signed_rank::interval(ratios, confidence)?;
        let estimate = signed_rank::estimate(ratios)?;
        Some(Speedup { reference, estimate, interval, rounds: ratios.len() })
    }

    /// `(13.8 to 14.6)`; `(one round)` after a single round, which has no interval.
    pub fn interval_in_words(&self) -> String {
        match self.rounds {
            1 => "(one round)".into(),
            _ => format!(
                "({} to {})",
                three_digits(self.interval.low),
                three_digits(self.interval.high)
            ),
        }
    }
}

/// Each `--min-speedup` of `setup` for which a speedup was measured, to be decided with this
/// `confidence`.
pub(super) fn checks(setup: &Setup, measured: &Measured, confidence: f64) -> Vec<SpeedupCheck> {
    let check = |min_speedup: &MinSpeedup| {
        let ratios = measured.ratios(setup.reference, min_speedup.contender);
        let speedup = Speedup::new(setup.reference, &ratios, confidence)?;
        Some(SpeedupCheck { min_speedup: *min_speedup, speedup, confidence })
    };
    setup.min_speedups.iter().filter_map(check).collect()
}

impl SpeedupCheck {
    /// The verdict.
    pub fn verdict(&self) -> Verdict {
        let (factor, interval) = (self.min_speedup.factor, self.speedup.interval);
        match interval.confidence >= self.confidence {
            true if interval.high < factor => Verdict::Failed,
            true if interval.low > factor => Verdict::Passed,
            _ => Verdict::Inconclusive,
        }
    }
}

/// `14.2 times as fast as seq (13.8 to 14.6)`.
impl fmt::Display for Speedup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (times, interval) = (three_digits(self.estimate), self.interval_in_words());
        write!(f, "{times} times as fast as {} {interval}", self.reference)
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
/// `--min-speedup threads=5: passed: threads is 14.2 times as fast as seq (13.8 to 14.6)`. If it is
/// inconclusive, the sentence says what to do.
impl fmt::Display for SpeedupCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SpeedupCheck { min_speedup, speedup, confidence } = self;
        let (verdict, contender) = (self.verdict(), min_speedup.contender);
        write!(f, "--min-speedup {min_speedup}: {verdict}: {contender} is {speedup}")?;
        match verdict {
            Verdict::Inconclusive if speedup.interval.confidence < *confidence => {
                let needed = signed_rank::ratios_needed(*confidence);
                write!(f, "; it takes at least {needed} rounds to decide (--runs)")
            }
            Verdict::Inconclusive => {
                let percent = speedup.interval.half_width() * 100.0;
                let advice = "use more rounds (--runs, --max-runs) or a quieter machine";
                write!(f, "; it is known to ±{percent:.1} % only: {advice}")
            }
            Verdict::Passed | Verdict::Failed => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::fixtures::{contender, min_speedup};

    fn check(low: f64, high: f64) -> SpeedupCheck {
        let speedup = Speedup {
            reference: contender("seq"),
            estimate: (low + high) / 2.0,
            interval: Interval { low, high, confidence: 0.95 },
            rounds: 10,
        };
        SpeedupCheck { min_speedup: min_speedup("threads", 5.0), speedup, confidence: 0.95 }
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
            assert_eq!(check(low, high).verdict(), verdict, "{low} to {high}");
        }
    }

    #[test]
    fn fewer_rounds_than_the_confidence_takes_decide_nothing() {
        for (rounds, verdict) in [
            (1, Verdict::Inconclusive),
            (2, Verdict::Inconclusive),
            (5, Verdict::Inconclusive),
            (6, Verdict::Failed),
        ] {
            let speedup = Speedup::new(contender("seq"), &vec![2.0; rounds], 0.95).unwrap();
            assert_eq!(SpeedupCheck { speedup, ..check(2.0, 2.0) }.verdict(), verdict, "{rounds}");
        }
        let speedup = Speedup::new(contender("seq"), &[2.0], 0.95).unwrap();
        let sentence = "--min-speedup threads=5: inconclusive: threads is 2.00 times as fast as \
                        seq (one round); it takes at least 6 rounds to decide (--runs)";
        assert_eq!(SpeedupCheck { speedup, ..check(2.0, 2.0) }.to_string(), sentence);
    }

    #[test]
    fn the_sentence_shows_the_verdict_with_the_measured_speedup() {
        let sentence =
            "--min-speedup threads=5: passed: threads is 6.05 times as fast as seq (6.00 to 6.10)";
        assert_eq!(check(6.0, 6.1).to_string(), sentence);
    }

    #[test]
    fn an_inconclusive_check_says_how_wide_its_interval_is_and_what_to_do() {
        let sentence = "--min-speedup threads=5: inconclusive: threads is 5.00 times as fast as \
                        seq (4.00 to 6.00); it is known to ±22.5 % only: use more rounds (--runs, \
                        --max-runs) or a quieter machine";
        assert_eq!(check(4.0, 6.0).to_string(), sentence);
    }
}
