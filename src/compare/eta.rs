//! How much longer it will take.

use std::collections::HashMap;
use std::time::Duration;

use super::{Sample, Setup};
use crate::downloader::Mode;

/// What is left, going by what each mode has taken so far.
#[derive(Debug)]
pub struct Eta {
    modes: HashMap<Mode, Ran>,
    rounds: usize,
}

#[derive(Debug, Default)]
struct Ran {
    times: usize,
    altogether: Duration,
}

impl Eta {
    /// Before the first run.
    pub fn new(setup: &Setup) -> Eta {
        let modes = setup.modes.iter().map(|mode| (*mode, Ran::default())).collect();
        Eta { modes, rounds: setup.warmup.saturating_add(setup.runs) }
    }

    /// Takes note of a run, be it to warm up.
    pub fn ended(&mut self, mode: Mode, sample: &Sample) {
        let ran = self.modes.entry(mode).or_default();
        ran.times += 1;
        ran.altogether += sample.elapsed;
    }

    /// How many runs there have been.
    pub fn runs(&self) -> usize {
        self.modes.values().map(|ran| ran.times).sum()
    }

    /// About how long the rest will take. Nothing while there is a mode that has not run yet.
    pub fn left(&self) -> Option<Duration> {
        let left = |ran: &Ran| {
            let mean = ran.altogether.as_secs_f64() / ran.times as f64;
            Duration::try_from_secs_f64(mean * self.rounds.saturating_sub(ran.times) as f64).ok()
        };
        self.modes.values().map(left).try_fold(Duration::ZERO, |sum, left| sum.checked_add(left?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::results::tests::{millis, setup};

    #[test]
    fn what_is_left_is_what_each_mode_takes_times_the_rounds_it_has_left() {
        let setup = setup();
        let mut eta = Eta::new(&setup);
        assert_eq!(eta.left(), None);
        for (mode, took) in setup.modes.iter().zip([2000, 100, 200, 300]) {
            assert_eq!(eta.left(), None);
            eta.ended(*mode, &millis(took));
        }
        assert_eq!((eta.left(), eta.runs()), (Some(Duration::from_millis(3 * 2600)), 4));
        eta.ended(Mode::Seq, &millis(4000));
        assert_eq!(eta.left(), Some(Duration::from_millis(2 * 3000 + 3 * 600)));
    }
}
