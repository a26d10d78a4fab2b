//! The progress bar of a comparison.

use indicatif::ProgressBar;

use super::progress::{bar, times};
use crate::compare::{Contender, Round, Setup};

/// A bar on stderr, if that is a terminal: the current round, and the times.
pub struct RoundsBar<'a> {
    setup: &'a Setup,
    /// Counts the runs that are done. Its prefix is what runs now: `round 3 of 10: threads`.
    pub bar: ProgressBar,
}

impl RoundsBar<'_> {
    /// An empty bar. It is hidden if `quiet`, or if stderr cannot redraw a line.
    pub fn new(setup: &Setup, quiet: bool) -> RoundsBar<'_> {
        // The part that matters most comes first, as a narrow terminal cuts off the rest.
        let message = |bar: &ProgressBar| format!("{}, {}", bar.prefix(), times(bar));
        let steps = steps(setup, setup.runs);
        RoundsBar { setup, bar: bar(!quiet, steps, "{bar:10.green/dim} {wide_msg}", message) }
    }

    /// Shows the run that starts now.
    pub fn run_started(&self, round: Round, contender: Contender) {
        let setup = self.setup;
        let round = match round {
            Round::Warmup(n) => format!("warm-up {n} of {}", setup.warmup),
            Round::Measured(n) => {
                let runs = setup.next_look(n).runs;
                self.bar.set_length(steps(setup, runs) as u64);
                format!("round {n} of {runs}{}", setup.limit_in_words(runs))
            }
        };
        self.bar.set_prefix(format!("{round}: {contender}"));
    }
}

/// The number of runs in all warm-up rounds and `rounds` measured ones.
fn steps(setup: &Setup, rounds: usize) -> usize {
    setup.warmup.saturating_add(rounds).saturating_mul(setup.contenders.len())
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
        let bar = RoundsBar::new(&setup, true);
        bar.run_started(Round::Warmup(1), seq);
        assert_eq!(bar.bar.prefix(), "warm-up 1 of 1: seq");
        for (round, shown, runs) in [
            (1, "round 1 of 10 (at most 40): seq", 11),
            (11, "round 11 of 20 (at most 40): seq", 21),
            (21, "round 21 of 40: seq", 41),
        ] {
            bar.run_started(Round::Measured(round), seq);
            assert_eq!((bar.bar.prefix().as_str(), bar.bar.length()), (shown, Some(runs)));
        }
    }
}
