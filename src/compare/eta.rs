//! An estimate of the remaining time.

use std::collections::HashMap;
use std::time::Duration;

use super::{Contender, Sample, Setup};

/// Estimates the remaining time from the mean time of each contender so far.
#[derive(Debug)]
pub struct Eta {
    contenders: HashMap<Contender, Finished>,
    rounds: usize,
}

/// The finished runs of one contender.
#[derive(Debug, Default)]
struct Finished {
    runs: usize,
    total: Duration,
}

impl Eta {
    /// The state before the first run.
    pub fn new(setup: &Setup) -> Eta {
        let contenders = setup.contenders.iter().map(|name| (*name, Finished::default()));
        let rounds = setup.warmup.saturating_add(setup.runs);
        Eta { contenders: contenders.collect(), rounds }
    }

    /// Sets the number of rounds, warm-up included.
    pub fn set_rounds(&mut self, rounds: usize) {
        self.rounds = rounds;
    }

    /// Adds a finished run, measured or not.
    pub fn add(&mut self, contender: Contender, sample: &Sample) {
        let finished = self.contenders.entry(contender).or_default();
        finished.runs += 1;
        finished.total += sample.elapsed;
    }

    /// The number of finished runs.
    pub fn finished(&self) -> usize {
        self.contenders.values().map(|finished| finished.runs).sum()
    }

    /// The number of runs in all rounds.
    pub fn total(&self) -> usize {
        self.rounds.saturating_mul(self.contenders.len())
    }

    /// The remaining time; `None` until every contender has run once.
    pub fn left(&self) -> Option<Duration> {
        let left = |finished: &Finished| {
            let mean = finished.total.as_secs_f64() / finished.runs as f64;
            let rounds = self.rounds.saturating_sub(finished.runs);
            Duration::try_from_secs_f64(mean * rounds as f64).ok()
        };
        let mut all = self.contenders.values().map(left);
        all.try_fold(Duration::ZERO, |sum, left| sum.checked_add(left?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::fixtures::{contender, sample, setup};

    #[test]
    fn the_remaining_time_is_the_mean_of_each_contender_times_its_remaining_rounds() {
        let setup = setup();
        let mut eta = Eta::new(&setup);
        assert_eq!((eta.left(), eta.finished(), eta.total()), (None, 0, 4 * 4));
        for (contender, took) in setup.contenders.iter().zip([2000, 100, 200, 300]) {
            assert_eq!(eta.left(), None);
            eta.add(*contender, &sample(took));
        }
        assert_eq!((eta.left(), eta.finished()), (Some(Duration::from_millis(3 * 2600)), 4));
        eta.add(contender("seq"), &sample(4000));
        assert_eq!(eta.left(), Some(Duration::from_millis(2 * 3000 + 3 * 600)));
        eta.set_rounds(5);
        assert_eq!((eta.finished(), eta.total()), (5, 5 * 4));
        assert_eq!(eta.left(), Some(Duration::from_millis(3 * 3000 + 4 * 600)));
    }
}
