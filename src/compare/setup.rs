//! What to compare, and how many times.

use std::iter::successors;

use serde::Serialize;

use super::{Contender, Round};
use crate::country::CountryCode;
use crate::origin::Weather;

/// The confidence of a single look, and of all looks of a comparison together.
pub const CONFIDENCE: f64 = 0.95;

/// What to compare, and how many times.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The server's label or base URL, as reports show it.
    pub server: String,
    /// The weather of an embedded server. Each round has its own: see [`Setup::weather_of`].
    pub weather: Option<Weather>,
    pub codes: Vec<CountryCode>,
    /// Without duplicates, in the order in which they are shown.
    pub contenders: Vec<Contender>,
    /// The contender that speedups are relative to: one of `contenders`.
    pub reference: Contender,
    /// The number of warm-up rounds, which are not measured.
    pub warmup: usize,
    /// The number of measured rounds before the first look, at least one.
    pub runs: usize,
    /// The maximum number of measured rounds, at least `runs`.
    pub max_runs: usize,
    /// The speedups to check. The comparison goes on until a look decides all of them, or
    /// `max_runs` is reached.
    pub min_speedups: Vec<MinSpeedup>,
}

/// The speedup that a contender has to reach.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MinSpeedup {
    pub contender: Contender,
    /// How many times as fast as the reference the contender has to be.
    pub factor: f64,
}

/// A look at the results (an interim analysis), after which the comparison can end.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Look {
    /// The number of measured rounds before it.
    pub runs: usize,
    /// The confidence of its intervals, from 0 to 1.
    pub confidence: f64,
}

impl Setup {
    /// The looks: after `runs` rounds, after 2, 4, 8 … times as many, and after `max_runs`.
    ///
    /// Each has a confidence of 1 − 0.05 ÷ number of looks, so that all of them together have 95 %
    /// (the Bonferroni correction: Dunn, "Multiple comparisons among means", *JASA* 56, 1961,
    /// 52–64). As the looks double, few of them reach far: 10, 20 and 40 rounds take 98.3 % each.
    ///
    /// Simulated with these three looks, on ratios recorded beside processes that burn a core by
    /// turns: a `--min-speedup` at the true speedup failed in 1.8 % of 10,000 comparisons, one 10 %
    /// above it in 67 %, one 25 % above it in all (after 14 rounds on average; a single look at 10
    /// rounds: 88 %), and one 10 % below it in 0.01 %. With log-normal, bimodal and heavy-tailed
    /// ratios, one at the true speedup failed in 1.8 to 1.9 %; with exponential ones, in 3.1 %.
    pub fn looks(&self) -> Vec<Look> {
        let doubled = successors(Some(self.runs), |runs| runs.checked_mul(2));
        let early = doubled.take_while(|runs| *runs < self.max_runs);
        let runs: Vec<_> = early.chain([self.max_runs]).collect();
        let confidence = 1.0 - (1.0 - CONFIDENCE) / runs.len() as f64;
        runs.into_iter().map(|runs| Look { runs, confidence }).collect()
    }

    /// The look after `rounds` rounds, or the next one if there is no look at that point.
    pub fn next_look(&self, rounds: usize) -> Look {
        let looks = self.looks();
        let next = looks.iter().position(|look| rounds <= look.runs);
        looks[next.unwrap_or(looks.len() - 1)]
    }

    /// ` (at most 40)` if there may be more than `runs` rounds, otherwise nothing.
    pub fn limit_in_words(&self, runs: usize) -> String {
        let limit = format!(" (at most {})", self.max_runs);
        if runs < self.max_runs { limit } else { String::new() }
    }

    /// The seed of the comparison, from which those of its rounds are derived.
    pub fn seed(&self) -> u64 {
        self.weather.as_ref().map_or(0, |weather| weather.seed)
    }

    /// The weather of `round`, which is the same for every contender.
    pub fn weather_of(&self, round: Round) -> Option<Weather> {
        Some(Weather { seed: round.seed(self.seed()), ..self.weather.clone()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::fixtures::setup;

    fn looks(runs: usize, max_runs: usize) -> Vec<usize> {
        let looks = Setup { runs, max_runs, ..setup() }.looks();
        looks.iter().map(|look| look.runs).collect()
    }

    #[test]
    fn the_rounds_double_from_look_to_look_and_the_last_look_is_after_max_runs() {
        assert_eq!(looks(10, 40), [10, 20, 40]);
        assert_eq!(looks(10, 41), [10, 20, 40, 41]);
        assert_eq!(looks(10, 10), [10]);
        assert_eq!(looks(1, 5), [1, 2, 4, 5]);
        assert_eq!(looks(usize::MAX - 1, usize::MAX), [usize::MAX - 1, usize::MAX]);
    }

    #[test]
    fn the_next_look_is_the_one_that_the_rounds_lead_to() {
        let setup = Setup { runs: 10, max_runs: 25, ..setup() };
        let next = [0, 1, 10, 11, 20, 21, 25].map(|rounds| setup.next_look(rounds).runs);
        assert_eq!(next, [10, 10, 10, 20, 20, 25, 25]);
    }

    #[test]
    fn all_looks_together_have_the_confidence_of_a_single_one() {
        for (max_runs, number) in [(10, 1), (20, 2), (40, 3), (10_000, 11)] {
            let looks = Setup { runs: 10, max_runs, ..setup() }.looks();
            assert_eq!(looks.len(), number);
            let wrong: f64 = looks.iter().map(|look| 1.0 - look.confidence).sum();
            assert!((wrong - 0.05).abs() < 1e-12, "{looks:?}");
        }
    }
}
