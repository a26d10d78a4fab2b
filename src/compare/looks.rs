//! Looks (interim analyses): the rounds after which a comparison checks whether it can end.

use serde::Serialize;

use super::Setup;
use super::median_interval::CONFIDENCE;

/// The looks of a comparison: after every block of rounds, and after the last round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Looks {
    every: usize,
    last: usize,
}

/// One look at the results.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Look {
    /// The number of measured rounds before it.
    pub runs: usize,
    /// The confidence of its intervals, from 0 to 1.
    pub confidence: f64,
}

impl Setup {
    /// The looks after every [`runs`](Self::runs) rounds up to [`max_runs`](Self::max_runs); a
    /// single one after `runs` if there is no `--min-speedup` to decide.
    pub fn looks(&self) -> Looks {
        let last = if self.min_speedups.is_empty() { self.runs } else { self.max_runs };
        Looks { every: self.runs, last }
    }
}

impl Looks {
    /// The maximum number of looks. The last block of rounds may be shorter than the others.
    pub fn count(self) -> usize {
        self.last.div_ceil(self.every)
    }

    /// The confidence of the intervals at each look: 1 − 0.05 / number of looks.
    ///
    /// This is the Bonferroni correction (Dunn, "Multiple comparisons among means", *JASA* 56,
    /// 1961, 52–64), the simplest form of alpha spending: the chance that any of K events occurs is
    /// at most the sum of their chances. At each look, the interval lies wholly below the true
    /// median with a chance of at most 0.025 / K; at any of the K looks, with at most 0.025. That
    /// holds for looks that depend on each other, for blocks of unequal size, and for any look that
    /// ends the comparison. It holds for each `--min-speedup` separately, to the accuracy of
    /// [`median_interval`](super::median_interval::median_interval).
    ///
    /// Simulated, with looks after 10, 20, 30 and 40 rounds: a `--min-speedup` at the true speedup
    /// failed in 1.8 to 2.3 % of comparisons (with 95 % at each look, in 6.5 to 8.1 %). One 25 %
    /// above the true speedup failed in 100, 99.9, 97.8 and 90.1 %, for ratios that vary by 15, 20,
    /// 25 and 30 %. Pocock's boundaries (*Biometrika* 64, 1977, 191–199) exceeded 2.5 %. Those of
    /// O'Brien & Fleming (*Biometrics* 35, 1979, 549–556) and of Haybittle & Peto cannot decide
    /// after 10 rounds, since they require a chance of less than 2^−10, the smallest that 10 values
    /// can give.
    ///
    /// A comparison goes on until a single look decides every `--min-speedup`, and the verdicts are
    /// those of that look. If each kept its first verdict instead, errors would add up: with two of
    /// them at their true speedup, at least one failed in 3.5 % of comparisons instead of 1.3 %,
    /// and with four in 7.1 % instead of 2.4 %.
    pub fn confidence(self) -> f64 {
        1.0 - (1.0 - CONFIDENCE) / self.count() as f64
    }

    /// The number of rounds at the last look.
    pub fn last(self) -> usize {
        self.last
    }

    /// The look after `rounds` rounds, or the next one if there is no look at that point.
    pub fn next(self, rounds: usize) -> Look {
        let blocks = rounds.div_ceil(self.every).max(1);
        let runs = blocks.saturating_mul(self.every).min(self.last);
        Look { runs, confidence: self.confidence() }
    }

    /// The looks that have taken place after `rounds` rounds.
    pub fn until(self, rounds: usize) -> Vec<Look> {
        let looks = (1..=rounds).map(|round| (round, self.next(round)));
        looks.filter(|(round, look)| *round == look.runs).map(|(_, look)| look).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looks(every: usize, last: usize) -> Vec<usize> {
        let looks = Looks { every, last };
        let runs: Vec<_> = looks.until(last).iter().map(|look| look.runs).collect();
        assert_eq!(runs.len(), looks.count());
        runs
    }

    #[test]
    fn there_is_a_look_after_each_block_of_rounds_and_after_the_last_round() {
        assert_eq!(looks(10, 40), [10, 20, 30, 40]);
        assert_eq!(looks(10, 25), [10, 20, 25]);
        assert_eq!(looks(10, 10), [10]);
        assert_eq!(looks(1, 3), [1, 2, 3]);
    }

    #[test]
    fn the_next_look_is_after_the_block_that_has_begun() {
        let looks = Looks { every: 10, last: 25 };
        let next = [0, 1, 10, 11, 20, 21, 25].map(|rounds| looks.next(rounds).runs);
        assert_eq!(next, [10, 10, 10, 20, 20, 25, 25]);
    }

    #[test]
    fn all_looks_together_have_the_error_rate_of_a_single_one() {
        let confidence = |every, last| Looks { every, last }.confidence();
        assert_eq!(confidence(10, 10), 0.95);
        assert_eq!(confidence(10, 40), 0.9875);
        assert_eq!(confidence(10, 31), 0.9875);
    }
}
