//! `--min-speedup`: how fast a mode has to be, and whether noise lets one say that it is.

use std::fmt;
use std::str::FromStr;

use clap::ValueEnum;

use super::results::{Speedup, rounded};
use crate::downloader::Mode;

/// A mode, and how many times as fast as the reference it has to be.
///
/// ```
/// use flags::compare::MinSpeedup;
///
/// let gate: MinSpeedup = "threads=5".parse()?;
/// assert_eq!(gate.to_string(), "threads=5");
/// assert!("threads=0".parse::<MinSpeedup>().is_err());
/// # Ok::<(), flags::compare::InvalidMinSpeedup>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MinSpeedup {
    mode: Mode,
    factor: f64,
}

/// Why a word is no [`MinSpeedup`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidMinSpeedup {
    #[error("a mode and a number are needed, as in threads=5")]
    Form,
    #[error("{0:?} is not a mode, as seq or threads are")]
    Mode(String),
    #[error("a number above 0 is needed, as in threads=5 or threads=2.5")]
    Factor,
}

/// What the interval of a speedup says about the one that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// All of it lies above.
    Passed,
    /// It holds the speedup that was asked for: nobody can say.
    Inconclusive,
    /// All of it lies below.
    Failed,
}

impl MinSpeedup {
    /// Whose speedup is asked for.
    pub fn mode(self) -> Mode {
        self.mode
    }

    /// Passes and fails only what is clear. After a single round the interval is a point, and taken at its
    /// word.
    pub fn judge(self, speedup: &Speedup) -> Verdict {
        if speedup.interval.high < self.factor {
            Verdict::Failed
        } else if speedup.interval.low > self.factor {
            Verdict::Passed
        } else {
            Verdict::Inconclusive
        }
    }

    /// The verdict as a sentence: `--min-speedup threads=5 passed: threads is 14.2 times as fast as seq (13.8 to 14.6)`.
    pub fn sentence(self, speedup: &Speedup) -> String {
        let verdict = match self.judge(speedup) {
            Verdict::Passed => "passed",
            Verdict::Inconclusive => "inconclusive",
            Verdict::Failed => "failed",
        };
        let times = rounded(speedup.median);
        let reference = speedup.reference;
        let mode = self.mode;
        let interval = speedup.interval_in_words();
        format!(
            "--min-speedup {self}: {verdict}: {mode} is {times} times as fast as {reference} {interval}"
        )
    }
}

impl FromStr for MinSpeedup {
    type Err = InvalidMinSpeedup;

    fn from_str(text: &str) -> Result<Self, InvalidMinSpeedup> {
        let (mode, factor) = text.split_once('=').ok_or(InvalidMinSpeedup::Form)?;
        let mode = Mode::from_str(mode, true).map_err(|_| InvalidMinSpeedup::Mode(mode.into()))?;
        match factor.parse::<f64>() {
            Ok(factor) if factor.is_finite() && factor > 0.0 => Ok(MinSpeedup { mode, factor }),
            _ => Err(InvalidMinSpeedup::Factor),
        }
    }
}

impl fmt::Display for MinSpeedup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.mode, self.factor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::statistics::Interval;

    fn speedup(low: f64, high: f64) -> Speedup {
        let interval = Interval { low, high };
        Speedup { reference: Mode::Seq, median: (low + high) / 2.0, interval, rounds: 10 }
    }

    fn gate(text: &str) -> MinSpeedup {
        text.parse().unwrap()
    }

    #[test]
    fn only_an_interval_that_lies_wholly_below_fails() {
        for (low, high, verdict) in [
            (3.0, 4.9, Verdict::Failed),
            (3.0, 5.0, Verdict::Inconclusive),
            (4.0, 6.0, Verdict::Inconclusive),
            (5.0, 6.0, Verdict::Inconclusive),
            (5.1, 6.0, Verdict::Passed),
        ] {
            assert_eq!(gate("threads=5").judge(&speedup(low, high)), verdict, "{low} to {high}");
        }
    }

    #[test]
    fn after_one_round_the_point_decides() {
        let one = |times| Speedup { rounds: 1, ..speedup(times, times) };
        assert_eq!(gate("async=5").judge(&one(4.99)), Verdict::Failed);
        assert_eq!(gate("async=5").judge(&one(5.0)), Verdict::Inconclusive);
        assert_eq!(gate("async=5").judge(&one(5.01)), Verdict::Passed);
        let told = "--min-speedup async=5: failed: async is 4.00 times as fast as seq (one round)";
        assert_eq!(gate("async=5").sentence(&one(4.0)), told);
    }

    #[test]
    fn the_verdict_is_told_with_what_it_rests_on() {
        let told = "--min-speedup threads=5: inconclusive: threads is 5.00 times as fast as seq \
                    (4.00 to 6.00)";
        assert_eq!(gate("Threads=5").sentence(&speedup(4.0, 6.0)), told);
    }

    #[test]
    fn nonsense_is_refused() {
        use InvalidMinSpeedup::{Factor, Form, Mode};
        for (text, error) in [
            ("threads", Form),
            ("", Form),
            ("fast=5", Mode("fast".into())),
            ("=5", Mode("".into())),
            ("threads=", Factor),
            ("threads=0", Factor),
            ("threads=-0", Factor),
            ("threads=-5", Factor),
            ("threads=NaN", Factor),
            ("threads=inf", Factor),
            ("threads=5x", Factor),
        ] {
            assert_eq!(text.parse::<MinSpeedup>(), Err(error), "{text}");
        }
    }
}
