//! The measurements: one sample per run, grouped by round.

use std::time::Duration;

use super::Contender;
use crate::flag::Outcome;
use crate::system::cpu_time::CpuTime;

/// The measurements of one run.
#[derive(Debug)]
pub struct Sample {
    /// From before the client was built until the last file was saved.
    pub elapsed: Duration,
    pub cpu: CpuTime,
    /// The exit status of `flags` for the same run: 1 if an injected fault made a flag fail.
    pub exit_code: u8,
    /// The shortest possible time for this run; `None` if it is not known.
    pub ideal: Option<Duration>,
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
}

/// The measured runs, grouped by round, in the order in which they took place.
///
/// The last round is incomplete if the comparison ended early.
#[derive(Debug, Default)]
pub struct Measured {
    rounds: Vec<Vec<(Contender, Sample)>>,
}

impl Measured {
    /// Adds a run to the last round, or to a new one.
    pub(super) fn add(&mut self, contender: Contender, sample: Sample, opens_round: bool) {
        match self.rounds.last_mut().filter(|_| !opens_round) {
            Some(round) => round.push((contender, sample)),
            None => self.rounds.push(vec![(contender, sample)]),
        }
    }

    /// The runs of `contender`, in the order of the rounds.
    pub fn samples(&self, contender: Contender) -> Vec<&Sample> {
        self.rounds.iter().filter_map(|round| sample(round, contender)).collect()
    }

    /// The runs of `contender`, mutable.
    #[cfg(test)]
    pub(crate) fn samples_mut(&mut self, contender: Contender) -> Vec<&mut Sample> {
        let runs = self.rounds.iter_mut().flatten();
        runs.filter(|(name, _)| *name == contender).map(|(_, sample)| sample).collect()
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
}

fn sample(round: &[(Contender, Sample)], contender: Contender) -> Option<&Sample> {
    round.iter().find(|(known, _)| *known == contender).map(|(_, sample)| sample)
}
