//! The progress bar of a comparison.

use std::time::Duration;

use indicatif::ProgressBar;

use super::progress;
use crate::compare::{Contender, Eta, Round, Sample, Setup};

/// A bar on stderr, if that is a terminal: the current round and the remaining time.
pub struct RoundsBar {
    bar: ProgressBar,
    eta: Eta,
    warmup: usize,
    runs: usize,
    max_runs: usize,
}

impl RoundsBar {
    /// An empty bar. It is hidden if `quiet`, or if stderr cannot redraw a line.
    pub fn new(setup: &Setup, quiet: bool) -> RoundsBar {
        let eta = Eta::new(setup);
        let bar = match quiet {
            true => ProgressBar::hidden(),
            false => progress::bar(eta.total(), "{bar:10.green/dim} {wide_msg}"),
        };
        let max_runs = setup.max_runs;
        RoundsBar { bar, eta, warmup: setup.warmup, runs: setup.runs, max_runs }
    }

    /// Shows the run that starts now.
    pub fn run_started(&self, round: Round, contender: Contender) {
        self.bar.set_message(self.message(round, contender));
    }

    /// Counts a finished run.
    pub fn run_finished(&mut self, contender: Contender, sample: &Sample) {
        self.eta.add(contender, sample);
        self.bar.set_position(self.eta.finished() as u64);
    }

    /// Sets the number of measured rounds to `runs`.
    pub fn extended(&mut self, runs: usize) {
        self.runs = runs;
        self.eta.set_rounds(self.warmup.saturating_add(runs));
        self.bar.set_length(self.eta.total() as u64);
    }

    /// Removes the bar.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }

    /// `round 3 of 10: threads, 45 s left`. The part that matters most comes first, as a narrow
    /// terminal cuts off the rest.
    fn message(&self, round: Round, contender: Contender) -> String {
        let round = match round {
            Round::Warmup(n) => format!("warm-up {n} of {}", self.warmup),
            Round::Measured(n) if self.max_runs > self.runs => {
                format!("round {n} of {} (at most {})", self.runs, self.max_runs)
            }
            Round::Measured(n) => format!("round {n} of {}", self.runs),
        };
        let left = self.eta.left().map(|left| format!(", {} left", rough(left)));
        format!("{round}: {contender}{}", left.unwrap_or_default())
    }
}

/// `45 s`, `3 min 20 s`.
fn rough(time: Duration) -> String {
    match time.as_secs_f64().round() as u64 {
        short @ ..60 => format!("{short} s"),
        long => format!("{} min {} s", long / 60, long % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::fixtures::{contender, min_speedup, sample, setup};

    #[test]
    fn the_remaining_time_is_shown_in_minutes_and_seconds() {
        assert_eq!(rough(Duration::from_millis(59_400)), "59 s");
        assert_eq!(rough(Duration::from_secs(200)), "3 min 20 s");
    }

    #[test]
    fn the_bar_shows_the_round_the_limit_and_the_remaining_time() {
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
        assert_eq!(bar.message(Round::Warmup(1), seq), "warm-up 1 of 1: seq");
        bar.run_finished(seq, &sample(2000));
        let message = "round 1 of 10 (at most 40): seq, 20 s left";
        assert_eq!(bar.message(Round::Measured(1), seq), message);
        bar.extended(40);
        let message = "round 11 of 40: seq, 1 min 20 s left";
        assert_eq!(bar.message(Round::Measured(11), seq), message);
    }
}
