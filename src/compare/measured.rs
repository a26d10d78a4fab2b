//! The measurements: one sample per run, grouped by round.

use std::time::Duration;

use super::Contender;
use crate::flag::{Outcome, Status};
use crate::system::cpu_time::CpuTime;

/// The measurements of one run.
#[derive(Debug)]
pub struct Sample {
    /// From before the client was built until the last file was saved.
    pub elapsed: Duration,
    pub cpu: CpuTime,
    /// The exit status of `flags` for the same run: 1 if an injected fault made a flag fail.
    pub exit_code: u8,
    /// The number of retries that were not injected.
    pub retries: usize,
    /// In the order in which the flags were reported.
    pub outcomes: Vec<Outcome>,
}

impl Sample {
    /// Elapsed, in seconds.
    pub fn seconds(&self) -> f64 {
        self.elapsed.as_secs_f64()
    }

    /// The sum of the flags' own times.
    pub fn busy(&self) -> Duration {
        self.outcomes.iter().map(Outcome::duration).sum()
    }

    /// Whether every flag was saved at the first attempt.
    pub fn all_at_first_attempt(&self) -> bool {
        let is_saved = |outcome: &Outcome| matches!(outcome.status, Status::Saved { .. });
        self.outcomes.iter().all(|outcome| is_saved(outcome) && outcome.trace.attempts == 1)
    }
}

/// The measured runs, grouped by round, in the order in which they took place.
///
/// The last round is incomplete if the comparison ended early.
#[derive(Debug, Default)]
pub struct Measured {
    rounds: Vec<Vec<(Contender, Sample)>>,
}

impl Measured {
    /// Adds a run to round number `round`, which is the last one or the next.
    pub(super) fn add(&mut self, round: usize, contender: Contender, sample: Sample) {
        self.rounds.resize_with(round, Vec::new);
        self.rounds[round - 1].push((contender, sample));
    }

    /// The runs of `contender`, each with the number of its round, counted from 1.
    pub fn samples(&self, contender: Contender) -> impl Iterator<Item = (usize, &Sample)> + Clone {
        let numbered = (1..).zip(&self.rounds);
        numbered.filter_map(move |(number, round)| Some((number, sample(round, contender)?)))
    }

    /// The order of each round.
    pub fn orders(&self) -> Vec<Vec<Contender>> {
        let order = |round: &Vec<(Contender, _)>| round.iter().map(|(name, _)| *name).collect();
        self.rounds.iter().map(order).collect()
    }

    /// The ratios `reference`'s time ÷ `contender`'s time, one for each round that has both.
    pub fn ratios(&self, reference: Contender, contender: Contender) -> Vec<f64> {
        let ratio = |round: &Vec<_>| {
            Some(sample(round, reference)?.seconds() / sample(round, contender)?.seconds())
        };
        self.rounds.iter().filter_map(ratio).collect()
    }

    /// The runs of each round that has all `contenders`, in their order.
    pub fn whole_rounds(&self, contenders: &[Contender]) -> impl Iterator<Item = Vec<&Sample>> {
        self.rounds.iter().filter_map(|round| {
            contenders.iter().map(|contender| sample(round, *contender)).collect()
        })
    }
}

fn sample(round: &[(Contender, Sample)], contender: Contender) -> Option<&Sample> {
    round.iter().find(|(known, _)| *known == contender).map(|(_, sample)| sample)
}

#[cfg(test)]
impl Measured {
    /// The runs of `contender`, mutable.
    pub(crate) fn samples_mut(&mut self, contender: Contender) -> Vec<&mut Sample> {
        let runs = self.rounds.iter_mut().flatten();
        runs.filter(|(name, _)| *name == contender).map(|(_, sample)| sample).collect()
    }
}
