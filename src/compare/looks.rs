//! The rounds after which a comparison looks at its results, to see whether it can end.

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
    /// single one after `runs` where there is no `--min-speedup` to decide.
    pub fn looks(&self) -> Looks {
        let last = if self.min_speedups.is_empty() { self.runs } else { self.max_runs };
        Looks { every: self.runs, last }
    }
}

impl Looks {
    /// The number of looks, at most. The last block of rounds may be shorter than the others.
    pub fn count(self) -> usize {
        self.last.div_ceil(self.every)
    }

    /// The confidence of each look's intervals: 1 − 0.05 / looks. It is the same from the first
    /// round to the last, and [`CONFIDENCE`] where there is one look.
    ///
    /// This is the Bonferroni correction (Dunn, "Multiple comparisons among means", *JASA* 56,
    /// 1961, 52–64): the chance that any of K events occurs is at most the sum of their chances.
    /// Each look's interval lies wholly below the true median with a chance of 0.025 / K, so that
    /// any of them does so with at most 0.025. That holds however the looks depend on each other,
    /// whatever ends the comparison at one of them, and for blocks of unequal size. It is per gate,
    /// and as good as the coverage of [`median_interval`](super::median_interval::median_interval).
    ///
    /// Measured on simulated ratios, with looks after 10, 20, 30 and 40 rounds: a gate at the true
    /// speedup failed in 1.8 to 2.3 % of comparisons (6.5 to 8.1 % with 95 % at each look). A true
    /// speedup 20 % below the gate failed in 100, 99.9, 97.8 and 90.1 % where ratios vary by 15,
    /// 20, 25 and 30 %. Pocock's boundaries (*Biometrika* 64, 1977, 191–199) exceed 2.5 % here.
    /// Those of O'Brien & Fleming (*Biometrics* 35, 1979, 549–556) and of Haybittle & Peto never
    /// decide after 10 rounds: they ask for a smaller chance than the 2^−10 that 10 values can
    /// give.
    ///
    /// A comparison goes on until one look decides all gates, and the verdicts are those of that
    /// look. So what is shown is what was judged, and a gate that an earlier look had decided is
    /// judged on more rounds: with two and four gates at their true speedup, any of them failed in
    /// 1.3 and 2.4 % of comparisons, and in 3.5 and 7.1 % where each kept its first verdict.
    pub fn confidence(self) -> f64 {
        1.0 - (1.0 - CONFIDENCE) / self.count() as f64
    }

    /// The number of rounds at the last look.
    pub fn last(self) -> usize {
        self.last
    }

    /// The look after `rounds` rounds, or the next one if there is none then.
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
    fn all_looks_together_are_as_wrong_as_a_single_one() {
        let confidence = |every, last| Looks { every, last }.confidence();
        assert_eq!(confidence(10, 10), 0.95);
        assert_eq!(confidence(10, 40), 0.9875);
        assert_eq!(confidence(10, 31), 0.9875);
    }
}
