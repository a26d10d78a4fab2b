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

/// What the interval of a measured speedup says about a [`MinSpeedup`], from the worst to the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// The whole interval lies below the factor.
    Failed,
    /// The interval contains the factor, or there are too few rounds for an interval of the
    /// confidence asked.
    Inconclusive,
    /// The whole interval lies above the factor.
    Passed,
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
        let Interval { low, high, .. } = self.interval;
        match self.rounds {
            1 => "(one round)".into(),
            _ => format!("({} to {})", three_digits(low), three_digits(high)),
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
        let (verdict, MinSpeedup { contender, factor }) = (self.verdict(), min_speedup);
        write!(f, "--min-speedup {contender}={factor}: {verdict}: {contender} is {speedup}")?;
        match verdict {
            Verdict::Inconclusive if speedup.interval.confidence < *confidence => {
                let needed = signed_rank::ratios_needed(*confidence);
                write!(f, "; it takes at least {needed} rounds to decide (--runs)")
            }
            Verdict::Inconclusive => {
                let Interval { low, high, .. } = speedup.interval;
                let percent = ((high / low).sqrt() - 1.0) * 100.0;
                let advice = "use more rounds (--runs, --max-runs) or a quieter machine";
                write!(f, "; it is known to ±{percent:.1} % only: {advice}")
            }
            Verdict::Passed | Verdict::Failed => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;
    use std::sync::LazyLock;
    use std::time::Duration;

    use fastrand::Rng;

    use super::*;
    use crate::compare::fixtures::{contender, min_speedup, sample, setup};
    use crate::compare::{Results, Sample, run_rounds};

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

    /// A draw from the standard normal distribution (Box & Muller, 1958).
    fn normal(rng: &mut Rng) -> f64 {
        (-2.0 * (1.0 - rng.f64()).ln()).sqrt() * (TAU * rng.f64()).cos()
    }

    /// Draws a random ratio. The true ratio is 1: the median of the geometric means of all pairs.
    type Ratio = fn(&mut Rng) -> f64;

    const NORMAL: Ratio = |rng| (1.0 + 0.1 * normal(rng)) / 0.9975;
    const LOG_NORMAL: Ratio = |rng| (0.25 * normal(rng)).exp();
    const BIMODAL: Ratio = |rng| (if rng.bool() { 0.2 } else { -0.2 } + 0.03 * normal(rng)).exp();
    /// Student's t with 2 degrees of freedom, on a log scale.
    const HEAVY_TAILED: Ratio = |rng| {
        let chi_squared = -2.0 * (1.0 - rng.f64()).ln();
        (0.1 * normal(rng) / (chi_squared / 2.0).sqrt()).exp()
    };
    const SKEWED: Ratio = |rng| (1.0 - 0.2 * (2.0 * (1.0 - rng.f64())).ln()) / 1.0244;
    /// Recorded beside other work that the machine did.
    const RECORDED: Ratio = |rng| {
        static RATIOS: LazyLock<Vec<f64>> = LazyLock::new(|| {
            let lines = include_str!("recorded_ratios.txt").lines();
            let lines = lines.filter(|line| !line.starts_with('#'));
            let ratios: Vec<f64> = lines.map(|line| line.parse().unwrap()).collect();
            let truth = signed_rank::estimate(&ratios).unwrap();
            ratios.iter().map(|ratio| ratio / truth).collect()
        });
        RATIOS[rng.usize(..RATIOS.len())]
    };

    const RATIOS: [(&str, Ratio); 6] = [
        ("normal", NORMAL),
        ("log-normal", LOG_NORMAL),
        ("bimodal", BIMODAL),
        ("heavy-tailed", HEAVY_TAILED),
        ("skewed", SKEWED),
        ("recorded", RECORDED),
    ];

    #[test]
    fn the_interval_contains_the_true_ratio_as_often_as_its_confidence() {
        let mut rng = Rng::with_seed(1);
        for (name, ratio) in RATIOS {
            for (count, at_least) in [(6, 0.94), (10, 0.92), (20, 0.92), (40, 0.92)] {
                let samples = 500;
                let held = (0..samples).filter(|_| {
                    let ratios: Vec<_> = (0..count).map(|_| ratio(&mut rng)).collect();
                    let interval = signed_rank::interval(&ratios, 0.95).unwrap();
                    interval.low <= 1.0 && 1.0 <= interval.high
                });
                let share = held.count() as f64 / samples as f64;
                assert!((at_least..0.99).contains(&share), "{share} for {count} {name}");
            }
        }
    }

    /// The share of `trials` comparisons in which a `--min-speedup` at `factor` failed, with 10
    /// rounds and up to `max_runs`. `seq` always takes one second; the other contenders, each with
    /// a `--min-speedup`, take one second divided by a random ratio. The true speedup is 1.
    fn failed(trials: usize, max_runs: usize, names: &[&str], factor: f64, ratio: Ratio) -> f64 {
        let min_speedups = names.iter().map(|name| min_speedup(name, factor)).collect();
        let names = ["seq"].iter().chain(names);
        let contenders = names.map(|name| contender(name)).collect();
        let setup = Setup {
            contenders,
            weather: None,
            warmup: 0,
            runs: 10,
            max_runs,
            min_speedups,
            ..setup()
        };
        let (mut rng, cpu) = (Rng::with_seed(3), sample(1).cpu);
        let mut run = |_, contender: Contender| {
            let ratio = if contender == setup.reference { 1.0 } else { ratio(&mut rng) };
            let elapsed = Duration::from_secs_f64(1.0 / ratio);
            Ok(Some(Sample { elapsed, cpu, exit_code: 0, retries: 0, outcomes: Vec::new() }))
        };
        let failed = (0..trials).filter(|_| {
            let mut measured = Measured::default();
            run_rounds(&setup, &mut measured, &mut run, |_| Ok(())).unwrap();
            Results::new(&setup, &measured).checks[0].verdict() == Verdict::Failed
        });
        failed.count() as f64 / trials as f64
    }

    #[test]
    fn a_min_speedup_at_the_true_speedup_fails_in_at_most_3_percent_of_10_000_comparisons() {
        let share = failed(10_000, 40, &["threads"], 1.0, RECORDED);
        assert!(share <= 0.03, "{share}");
    }

    #[test]
    fn the_distribution_of_the_ratios_hardly_changes_how_often_it_fails() {
        for (name, ratio) in RATIOS {
            let share = failed(500, 40, &["threads"], 1.0, ratio);
            assert!(share <= 0.04, "{share} of {name}");
        }
    }

    #[test]
    fn a_second_min_speedup_does_not_make_the_first_fail_more_often() {
        let share = failed(500, 40, &["threads", "async"], 1.0, RECORDED);
        assert!(share <= 0.03, "{share}");
    }

    #[test]
    fn a_min_speedup_10_percent_too_high_fails_in_half_of_the_comparisons_with_up_to_40_rounds() {
        let share = failed(500, 40, &["threads"], 1.1, RECORDED);
        assert!(share >= 0.5, "{share}");
    }

    #[test]
    fn a_min_speedup_25_percent_too_high_fails_in_80_percent_of_single_looks_at_10_rounds() {
        let share = failed(500, 10, &["threads"], 1.25, RECORDED);
        assert!(share >= 0.8, "{share}");
    }
}
