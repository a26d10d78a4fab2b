//! The order in which outcomes are reported: as they complete, or the order of the input.

use std::collections::BTreeMap;
use std::mem;

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

/// Reports outcomes in the chosen order, and keeps them.
pub(super) struct OrderedReport<R> {
    order: Order,
    /// In the order of the input, which is sorted.
    codes: Vec<CountryCode>,
    report: R,
    /// Finished, but not reported yet.
    held_back: BTreeMap<CountryCode, Outcome>,
    reported: Vec<Outcome>,
}

impl<R: FnMut(&Outcome)> OrderedReport<R> {
    pub(super) fn new(order: Order, codes: &[CountryCode], report: R) -> OrderedReport<R> {
        let (held_back, reported) = (BTreeMap::new(), Vec::with_capacity(codes.len()));
        OrderedReport { order, codes: codes.to_vec(), report, held_back, reported }
    }

    /// Reports `outcome`, and those that were held back for it, or holds it back.
    pub(super) fn add(&mut self, outcome: Outcome) {
        if self.order == Order::Completed {
            return self.report(outcome);
        }
        self.held_back.insert(outcome.code, outcome);
        while let Some(next) = self.codes.get(self.reported.len())
            && let Some(outcome) = self.held_back.remove(next)
        {
            self.report(outcome);
        }
    }

    /// Reports the outcomes that are still held back: after an interruption, codes before them may
    /// be missing. Returns all outcomes, in reported order.
    pub(super) fn finish(&mut self) -> Vec<Outcome> {
        for outcome in mem::take(&mut self.held_back).into_values() {
            self.report(outcome);
        }
        mem::take(&mut self.reported)
    }

    fn report(&mut self, outcome: Outcome) {
        (self.report)(&outcome);
        self.reported.push(outcome);
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::time::Duration;

    use super::*;
    use crate::fetch::Trace;
    use crate::flag::Status;

    fn outcome(code: CountryCode) -> Outcome {
        Outcome {
            code,
            url: String::new(),
            path: Default::default(),
            status: Status::NotFound,
            start: Duration::ZERO,
            trace: Trace::default(),
            end: Duration::ZERO,
        }
    }

    /// The codes that have been reported after each of `finished`, and at the end.
    fn reported(order: Order, codes: &[CountryCode], finished: &[CountryCode]) -> Vec<String> {
        let shown = RefCell::new(String::new());
        let report = |outcome: &Outcome| *shown.borrow_mut() += &outcome.code.to_string();
        let mut ordered = OrderedReport::new(order, codes, report);
        let mut steps = Vec::new();
        for code in finished {
            ordered.add(outcome(*code));
            steps.push(shown.borrow().clone());
        }
        let outcomes = ordered.finish();
        steps.push(shown.borrow().clone());
        assert_eq!(
            outcomes.iter().map(|outcome| outcome.code.to_string()).collect::<String>(),
            steps[finished.len()]
        );
        steps
    }

    #[test]
    fn in_completed_order_each_outcome_is_reported_at_once() {
        let [a, b, c] = codes();
        assert_eq!(reported(Order::Completed, &[a, b, c], &[c, a]), ["CC", "CCAA", "CCAA"]);
    }

    #[test]
    fn in_input_order_a_code_is_reported_once_it_and_all_before_it_have_finished() {
        let [a, b, c] = codes();
        let steps = reported(Order::Input, &[a, b, c], &[b, a, c]);
        assert_eq!(steps, ["", "AABB", "AABBCC", "AABBCC"]);
    }

    #[test]
    fn in_input_order_outcomes_behind_a_gap_are_reported_at_the_end() {
        let [a, b, c] = codes();
        assert_eq!(reported(Order::Input, &[a, b, c], &[c, b]), ["", "", "BBCC"]);
    }

    fn codes() -> [CountryCode; 3] {
        ["AA", "BB", "CC"].map(|code| code.parse().unwrap())
    }
}
