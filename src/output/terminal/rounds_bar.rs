//! The progress bar of a comparison.

use std::sync::{Arc, Mutex, MutexGuard};

use indicatif::ProgressBar;

use super::progress;
use crate::compare::{Contender, Round, Setup};

/// A bar on stderr, if that is a terminal: the current round, and the times.
pub struct RoundsBar {
    bar: ProgressBar,
    /// What runs now: `round 3 of 10: threads`.
    current: Arc<Mutex<String>>,
    contenders: usize,
    warmup: usize,
    runs: usize,
    max_runs: usize,
}

impl RoundsBar {
    /// An empty bar. It is hidden if `quiet`, or if stderr cannot redraw a line.
    pub fn new(setup: &Setup, quiet: bool) -> RoundsBar {
        let mut bar = RoundsBar {
            bar: ProgressBar::hidden(),
            current: Arc::default(),
            contenders: setup.contenders.len(),
            warmup: setup.warmup,
            runs: setup.runs,
            max_runs: setup.max_runs,
        };
        let current = bar.current.clone();
        // The part that matters most comes first, as a narrow terminal cuts off the rest.
        let message = move |times| format!("{}, {times}", lock(&current));
        bar.bar = progress::bar(!quiet, bar.steps(), "{bar:10.green/dim} {wide_msg}", message);
        bar
    }

    /// Shows the run that starts now.
    pub fn run_started(&self, round: Round, contender: Contender) {
        *lock(&self.current) = self.describe(round, contender);
    }

    /// Counts a finished run.
    pub fn run_finished(&self) {
        self.bar.inc(1);
    }

    /// Sets the number of measured rounds to `runs`.
    pub fn extended(&mut self, runs: usize) {
        self.runs = runs;
        self.bar.set_length(self.steps() as u64);
    }

    /// Removes the bar.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }

    /// The number of runs in all rounds.
    fn steps(&self) -> usize {
        self.warmup.saturating_add(self.runs).saturating_mul(self.contenders)
    }

    fn describe(&self, round: Round, contender: Contender) -> String {
        let round = match round {
            Round::Warmup(n) => format!("warm-up {n} of {}", self.warmup),
            Round::Measured(n) if self.max_runs > self.runs => {
                format!("round {n} of {} (at most {})", self.runs, self.max_runs)
            }
            Round::Measured(n) => format!("round {n} of {}", self.runs),
        };
        format!("{round}: {contender}")
    }
}

fn lock(current: &Mutex<String>) -> MutexGuard<'_, String> {
    current.lock().expect("nothing panics while it holds this lock")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::fixtures::{contender, min_speedup, setup};

    #[test]
    fn the_bar_shows_the_round_and_the_limit() {
        let seq = contender("seq");
        let setup = Setup {
            contenders: vec![seq],
            warmup: 1,
            runs: 10,
            max_runs: 40,
            min_speedups: vec![min_speedup("seq", 1.0)],
            ..setup()
        };
        let mut bar = RoundsBar::new(&setup, true);
        assert_eq!(bar.describe(Round::Warmup(1), seq), "warm-up 1 of 1: seq");
        let described = "round 1 of 10 (at most 40): seq";
        assert_eq!(bar.describe(Round::Measured(1), seq), described);
        assert_eq!(bar.steps(), 11);
        bar.extended(40);
        assert_eq!(bar.describe(Round::Measured(11), seq), "round 11 of 40: seq");
        assert_eq!(bar.steps(), 41);
    }
}
