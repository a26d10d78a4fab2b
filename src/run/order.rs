//! The order in which outcomes are reported: as they complete, or the order of the input.

use std::collections::{BTreeMap, VecDeque};

use clap::ValueEnum;

use crate::country::CountryCode;
use crate::flag::Outcome;

/// The order in which codes are reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Order {
    /// As they finish
    #[default]
    Completed,
    /// In the order of the codes, which is alphabetical; a code is reported once it and all codes
    /// before it have finished
    Input,
}

/// Holds outcomes back until they can be reported in the chosen order.
pub(super) struct Sequencer {
    order: Order,
    /// The codes that have not been passed on, in the order of the input.
    expected: VecDeque<CountryCode>,
    /// Finished, but not passed on yet.
    held_back: BTreeMap<CountryCode, Outcome>,
}

impl Sequencer {
    pub(super) fn new(order: Order, codes: &[CountryCode]) -> Sequencer {
        Sequencer { order, expected: codes.iter().copied().collect(), held_back: BTreeMap::new() }
    }

    pub(super) fn add(&mut self, outcome: Outcome) {
        self.held_back.insert(outcome.code, outcome);
    }

    /// The next outcome that may be reported, if there is one.
    pub(super) fn next_ready(&mut self) -> Option<Outcome> {
        match self.order {
            Order::Completed => self.held_back.pop_first().map(|(_, outcome)| outcome),
            Order::Input => {
                let outcome = self.held_back.remove(self.expected.front()?)?;
                self.expected.pop_front();
                Some(outcome)
            }
        }
    }

    /// All outcomes that are still held back, in the order of the codes. After an interruption,
    /// codes before them may be missing.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = Outcome> + use<> {
        std::mem::take(&mut self.held_back).into_values()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::country::POP20;
    use crate::flag::Status;

    fn outcome(code: CountryCode) -> Outcome {
        Outcome {
            code,
            url: String::new(),
            path: Default::default(),
            status: Status::NotFound,
            attempts: 1,
            resent: 0,
            http_version: None,
            start: Duration::ZERO,
            head_at: None,
            body_at: None,
            end: Duration::ZERO,
        }
    }

    /// The codes that are passed on after each of `finished`.
    fn passed_on(sequencer: &mut Sequencer, finished: CountryCode) -> Vec<CountryCode> {
        sequencer.add(outcome(finished));
        std::iter::from_fn(|| sequencer.next_ready()).map(|outcome| outcome.code).collect()
    }

    #[test]
    fn completed_order_passes_each_outcome_on_at_once() {
        let mut sequencer = Sequencer::new(Order::Completed, &POP20);
        for code in POP20 {
            assert_eq!(passed_on(&mut sequencer, code), [code]);
        }
    }

    #[test]
    fn input_order_passes_a_code_on_once_it_and_all_before_it_have_finished() {
        let codes = ["AA", "BB", "CC"].map(|code| code.parse().unwrap());
        let [a, b, c] = codes;
        let mut sequencer = Sequencer::new(Order::Input, &codes);
        assert_eq!(passed_on(&mut sequencer, b), []);
        assert_eq!(passed_on(&mut sequencer, a), [a, b]);
        assert_eq!(passed_on(&mut sequencer, c), [c]);
    }

    #[test]
    fn input_order_keeps_outcomes_behind_a_gap_for_the_end() {
        let codes = ["AA", "BB", "CC"].map(|code| code.parse().unwrap());
        let mut sequencer = Sequencer::new(Order::Input, &codes);
        assert_eq!(passed_on(&mut sequencer, codes[2]), []);
        assert_eq!(passed_on(&mut sequencer, codes[1]), []);
        let rest: Vec<_> = sequencer.drain().map(|outcome| outcome.code).collect();
        assert_eq!(rest, codes[1..]);
    }
}
