//! The results in words.

use std::fmt;

use super::{Contender, ModeResult, Results, Setup, Speedup};
use crate::numbers::{counted, percent, rounded};

impl Results<'_> {
    /// What was compared: `20 flags from delay, 10 rounds`, or `3 of 10 rounds` after an early end.
    pub fn title(&self) -> String {
        let Setup { server, codes, max_runs, .. } = self.setup;
        let flags = counted(codes.len(), "flag", "flags");
        let rounds = counted(self.runs, "round", "rounds");
        let rounds = match self.whole_rounds {
            whole if whole == self.runs => rounds,
            whole => format!("{whole} of {rounds}"),
        };
        let limit = match self.runs < self.setup.looks().last() {
            true => format!(" (at most {max_runs})"),
            false => String::new(),
        };
        format!("{flags} from {server}, {rounds}{limit}")
    }

    /// What the results mean: a sentence for each contender but the reference, then which of them
    /// are the fastest, then the confidence of the intervals if it is not 95 %.
    pub fn sentences(&self) -> Vec<String> {
        let speedups = self.modes.iter().filter_map(ModeResult::sentence);
        let confidence = self.few_rounds_sentence().or_else(|| self.looks_sentence());
        let remarks = [self.fastest_sentence(), confidence];
        speedups.chain(remarks.into_iter().flatten()).collect()
    }

    fn fastest_sentence(&self) -> Option<String> {
        match &self.fastest()[..] {
            _ if self.modes.len() < 2 => None,
            [] => Some("no clear difference in speed".into()),
            [one] => Some(format!("{one} is the fastest")),
            [several @ .., last] => {
                let list = several.iter().map(Contender::to_string).collect::<Vec<_>>().join(", ");
                Some(format!("{list} and {last} are the fastest, with no clear difference"))
            }
        }
    }

    fn looks_sentence(&self) -> Option<String> {
        let looks = self.setup.looks();
        (looks.count() > 1).then(|| {
            let (each, number) = (looks.confidence() * 100.0, looks.count());
            format!(
                "intervals have {each:.2} % confidence, so that up to {number} checks have 95 % \
                 overall"
            )
        })
    }

    fn few_rounds_sentence(&self) -> Option<String> {
        let speedups = self.modes.iter().filter_map(|result| result.speedup);
        let Speedup { rounds, interval, .. } = speedups.min_by_key(|speedup| speedup.rounds)?;
        let looks = self.setup.looks();
        (rounds > 1 && interval.confidence < looks.confidence()).then(|| {
            let (reached, wanted) = (interval.confidence * 100.0, looks.confidence() * 100.0);
            match looks.count() {
                1 => format!(
                    "too few rounds: intervals have {reached:.0} % confidence, not {wanted:.0} %"
                ),
                number => format!(
                    "too few rounds: intervals have {reached:.2} % confidence, not the \
                     {wanted:.2} % with which up to {number} checks have 95 % overall"
                ),
            }
        })
    }
}

impl ModeResult<'_> {
    /// `threads: 13.2 times as fast as seq (12.5 to 14.1), 99 % of ideal with 20 jobs`.
    fn sentence(&self) -> Option<String> {
        let contender = self.contender;
        let speedup = self.speedup.filter(|speedup| speedup.reference != contender)?;
        let jobs = counted(contender.jobs().get(), "job", "jobs");
        let use_of_jobs = match self.ideal {
            Some(ideal) => format!("{} of ideal", percent(ideal.share)),
            None => format!("{} efficiency", percent(self.efficiency)),
        };
        Some(format!("{contender}: {speedup}, {use_of_jobs} with {jobs}"))
    }
}

/// `14.2 times as fast as seq (13.8 to 14.6)`.
impl fmt::Display for Speedup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (times, interval) = (rounded(self.median), self.interval_in_words());
        write!(f, "{times} times as fast as {} {interval}", self.reference)
    }
}

impl Speedup {
    /// `(13.8 to 14.6)`; `(one round)` after a single round, which has no interval.
    pub fn interval_in_words(&self) -> String {
        match self.rounds {
            1 => "(one round)".into(),
            _ => format!("({} to {})", rounded(self.interval.low), rounded(self.interval.high)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::fixtures::{measured, min_speedup, setup, times};
    use crate::compare::{Measured, Round};

    #[test]
    fn each_contender_but_the_reference_has_a_sentence_and_the_fastest_are_named() {
        let setup = setup();
        let measured = measured(&setup, times);
        let results = Results::new(&setup, &measured);
        assert_eq!(
            results.sentences(),
            [
                "threads: 15.0 times as fast as seq (10.0 to 20.0), 50 % of ideal with 2 jobs",
                "rayon: 15.0 times as fast as seq (10.0 to 20.0), 50 % of ideal with 2 jobs",
                "async: 15.0 times as fast as seq (10.0 to 20.0), 50 % of ideal with 2 jobs",
                "threads, rayon and async are the fastest, with no clear difference",
                "too few rounds: intervals have 75 % confidence, not 95 %",
            ]
        );
    }

    #[test]
    fn without_a_known_ideal_the_sentence_has_the_efficiency() {
        let setup = setup();
        let mut measured = measured(&setup, times);
        for contender in &setup.contenders {
            measured.samples_mut(*contender).into_iter().for_each(|sample| sample.ideal = None);
        }
        let sentence = &Results::new(&setup, &measured).sentences()[0];
        assert!(sentence.ends_with(", 45 % efficiency with 2 jobs"), "{sentence}");
    }

    #[test]
    fn the_fastest_is_named_and_a_tie_is_called_a_tie() {
        let last = |times: &dyn Fn(Contender) -> u64| {
            let setup = Setup { runs: 10, max_runs: 10, ..setup() };
            let measured = measured(&setup, |_, contender| Some(times(contender)));
            Results::new(&setup, &measured).sentences().pop().unwrap()
        };
        let async_wins = |contender: Contender| 100 + u64::from(contender.to_string() != "async");
        assert_eq!(last(&async_wins), "async is the fastest");
        assert_eq!(last(&|_| 100), "no clear difference in speed");
    }

    #[test]
    fn less_than_two_contenders_have_no_fastest_one() {
        let setup = setup();
        assert_eq!(Results::new(&setup, &Measured::default()).sentences(), [""; 0]);
        let setup = Setup { contenders: vec![setup.reference], ..setup };
        let measured = measured(&setup, times);
        let results = Results::new(&setup, &measured);
        assert_eq!(
            results.sentences(),
            ["too few rounds: intervals have 75 % confidence, not 95 %"]
        );
    }

    #[test]
    fn a_single_round_has_no_interval_whose_confidence_could_be_too_low() {
        let setup = Setup { runs: 1, max_runs: 1, ..setup() };
        let measured = measured(&setup, times);
        let results = Results::new(&setup, &measured);
        let last = "threads, rayon and async are the fastest, with no clear difference";
        assert_eq!(results.sentences().last().unwrap(), last);
    }

    #[test]
    fn the_title_counts_whole_rounds() {
        let setup = Setup { runs: 10, max_runs: 10, ..setup() };
        let until = |rounds, times: fn(Round, Contender) -> Option<u64>| {
            let times = move |round, contender: Contender| match round {
                Round::Measured(n) if n > rounds => None,
                Round::Measured(n) if n == rounds && contender.to_string() == "async" => None,
                _ => times(round, contender),
            };
            Results::new(&setup, &measured(&setup, times)).title()
        };
        assert_eq!(until(3, times), "2 flags from delay, 2 of 10 rounds");
        let none = Results::new(&setup, &Measured::default()).title();
        assert_eq!(none, "2 flags from delay, 0 of 10 rounds");
        let all = Results::new(&setup, &measured(&setup, times)).title();
        assert_eq!(all, "2 flags from delay, 10 rounds");
    }

    #[test]
    fn a_comparison_that_can_be_extended_shows_its_limit_and_its_confidence() {
        let min_speedups = vec![min_speedup("threads", 15.0)];
        let setup = Setup { runs: 10, max_runs: 40, min_speedups, ..setup() };
        let measured = measured(&setup, |_, _| Some(100));
        let results = Results::new(&setup, &measured);
        assert_eq!(results.title(), "2 flags from delay, 10 rounds (at most 40)");
        let message = "intervals have 98.75 % confidence, so that up to 4 checks have 95 % overall";
        assert_eq!(results.sentences().last().unwrap(), message);
    }

    #[test]
    fn too_few_rounds_for_one_of_several_looks_are_explained() {
        let min_speedups = vec![min_speedup("threads", 15.0)];
        let setup = Setup { runs: 3, max_runs: 6, min_speedups, ..setup() };
        let measured = measured(&setup, |round, _| match round {
            Round::Measured(4..) => None,
            _ => Some(100),
        });
        let message = "too few rounds: intervals have 75.00 % confidence, not the 97.50 % with \
                       which up to 2 checks have 95 % overall";
        assert_eq!(Results::new(&setup, &measured).sentences().last().unwrap(), message);
    }
}
