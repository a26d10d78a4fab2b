//! In which order outcomes are reported: as they come, or as the codes were given.

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
    /// In sorted order, each as soon as it and all before it are done
    Input,
}

impl Order {
    /// Passes `outcomes` on in this order; `codes` is the order of input.
    pub fn arrange<'a>(
        self,
        outcomes: impl Iterator<Item = Outcome> + 'a,
        codes: &[CountryCode],
    ) -> Box<dyn Iterator<Item = Outcome> + 'a> {
        match self {
            Order::Completed => Box::new(outcomes),
            Order::Input => Box::new(InInputOrder {
                outcomes,
                due: codes.iter().copied().collect(),
                early: BTreeMap::new(),
            }),
        }
    }
}

/// Holds back what comes before its turn.
struct InInputOrder<I> {
    outcomes: I,
    due: VecDeque<CountryCode>,
    early: BTreeMap<CountryCode, Outcome>,
}

impl<I: Iterator<Item = Outcome>> Iterator for InInputOrder<I> {
    type Item = Outcome;

    fn next(&mut self) -> Option<Outcome> {
        loop {
            if let Some(outcome) = self.due.front().and_then(|code| self.early.remove(code)) {
                self.due.pop_front();
                return Some(outcome);
            }
            match self.outcomes.next() {
                Some(outcome) => drop(self.early.insert(outcome.code, outcome)),
                // The run was ended before its time: what came is reported without what did not.
                None => return self.early.pop_first().map(|(_, outcome)| outcome),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::country::POP20;
    use crate::flag::Failure;
    use std::time::Duration;

    fn outcome(code: CountryCode) -> Outcome {
        Outcome {
            code,
            url: String::new(),
            result: Err(Failure::NotFound),
            attempts: 1,
            http_version: None,
            start: Duration::ZERO,
            end: Duration::ZERO,
        }
    }

    fn arranged(order: Order, came: &[CountryCode], codes: &[CountryCode]) -> Vec<CountryCode> {
        let came = came.iter().copied().map(outcome);
        order.arrange(came, codes).map(|outcome| outcome.code).collect()
    }

    #[test]
    fn completed_passes_everything_on_as_it_comes() {
        assert_eq!(arranged(Order::Completed, &POP20, &[]), POP20);
    }

    #[test]
    fn input_restores_the_order_of_the_codes() {
        let mut codes = POP20;
        codes.sort();
        assert_eq!(arranged(Order::Input, &POP20, &codes), codes);
    }

    #[test]
    fn a_code_is_passed_on_as_soon_as_it_and_all_before_it_are_done() {
        let codes = ["AA", "BB", "CC"].map(|code| code.parse().unwrap());
        let [a, b, c] = codes;
        let (sender, receiver) = std::sync::mpsc::channel();
        let mut arranged = Order::Input.arrange(receiver.try_iter(), &codes);
        sender.send(outcome(b)).unwrap();
        sender.send(outcome(a)).unwrap();
        assert_eq!(arranged.next().unwrap().code, a);
        assert_eq!(arranged.next().unwrap().code, b);
        sender.send(outcome(c)).unwrap();
        assert_eq!(arranged.next().unwrap().code, c);
    }

    #[test]
    fn what_came_after_a_gap_is_not_lost() {
        let codes = ["AA", "BB", "CC"].map(|code| code.parse().unwrap());
        assert_eq!(arranged(Order::Input, &[codes[2], codes[1]], &codes), codes[1..]);
    }
}
