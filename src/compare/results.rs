//! The evaluation of the measurements.

use std::num::NonZeroUsize;

use super::ideal::Delays;
use super::signed_rank::ratios_needed;
use super::speedup::{SpeedupCheck, checks};
use super::statistics::median;
use super::{
    Contender, ContenderResult, EnoughJobs, Look, Measured, Round, Sample, Setup, Standing,
};
use crate::numbers::counted;

/// All results so far, with what was compared.
#[derive(Debug)]
pub struct Results<'a> {
    pub setup: &'a Setup,
    /// The order of each measured round.
    pub orders: Vec<Vec<Contender>>,
    /// The number of measured rounds in which every contender has run.
    pub whole_rounds: usize,
    /// The number of measured rounds at the next look, or at the last one.
    pub runs: usize,
    /// The looks so far.
    pub looks: Vec<Look>,
    /// The confidence that intervals are meant to have, from 0 to 1.
    pub confidence: f64,
    /// The contenders with at least one measured run, in the order of the setup.
    pub contenders: Vec<ContenderResult<'a>>,
    /// Each `--min-speedup` with the measured speedup. Empty between looks.
    pub checks: Vec<SpeedupCheck>,
    measured: &'a Measured,
    /// The delays of each measured round, where they are known.
    delays: Vec<Option<Delays>>,
}

impl<'a> Results<'a> {
    /// Evaluates `measured`, which may be empty.
    pub fn new(setup: &'a Setup, measured: &'a Measured) -> Results<'a> {
        let orders = measured.orders();
        let look = setup.next_look(orders.len());
        let whole_rounds = measured.whole_rounds(&setup.contenders).count();
        let delays = |round| Delays::of(&setup.weather_of(Round::Measured(round))?, &setup.codes);
        let delays: Vec<_> = (1..=orders.len()).map(delays).collect();
        let evaluate = |contender: &Contender| {
            ContenderResult::new(setup, measured, *contender, &delays, look.confidence)
        };
        let mut contenders: Vec<_> = setup.contenders.iter().filter_map(evaluate).collect();
        let standings = standings(measured, contenders.iter().collect(), look.confidence);
        let all = standings.iter().all(|standing| *standing == Standing::EquallyFast);
        for (result, standing) in contenders.iter_mut().zip(standings) {
            result.fastest = standing == Standing::EquallyFast && !all;
            result.standing = standing;
        }
        let looks = setup.looks().into_iter().filter(|look| look.runs <= whole_rounds).collect();
        let checks = match whole_rounds == look.runs {
            true => checks(setup, measured, look.confidence),
            false => Vec::new(),
        };
        Results {
            setup,
            orders,
            whole_rounds,
            runs: look.runs,
            looks,
            confidence: look.confidence,
            contenders,
            checks,
            measured,
            delays,
        }
    }

    /// What was compared: `20 flags from delay, 10 rounds`, or `3 of 10 rounds` after an early end.
    pub fn title(&self) -> String {
        let Setup { server, codes, .. } = self.setup;
        let flags = counted(codes.len(), "flag", "flags");
        let rounds = counted(self.runs, "round", "rounds");
        let rounds = match self.whole_rounds {
            whole if whole == self.runs => rounds,
            whole => format!("{whole} of {rounds}"),
        };
        let limit = self.setup.limit_in_words(self.runs);
        format!("{flags} from {server}, {rounds}{limit}")
    }

    /// The contender with the lowest median.
    pub fn best(&self) -> Option<&ContenderResult<'a>> {
        best(self.contenders.iter())
    }

    /// The ratios reference's time ÷ `contender`'s time, one for each round that has both.
    pub fn ratios(&self, contender: Contender) -> Vec<f64> {
        self.measured.ratios(self.setup.reference, contender)
    }

    /// How many times as fast as the reference a perfect pool is with this number of jobs: the
    /// median over the rounds of reference's time ÷ ideal time. `None` if the delays of no round
    /// are known.
    pub fn ideal_speedup(&self, jobs: NonZeroUsize) -> Option<f64> {
        let smooth = self.measured.samples(self.setup.reference);
        let smooth = smooth.filter(|(_, sample)| sample.all_at_first_attempt());
        let ratios = smooth.filter_map(|(round, sample)| {
            let ideal = self.delays[round - 1].as_ref()?.ideal_time(jobs);
            Some(sample.seconds() / ideal.as_secs_f64())
        });
        median(&ratios.collect::<Vec<_>>())
    }

    /// The smallest number of jobs from which the [`ideal_speedup`](Self::ideal_speedup) no longer
    /// rises, because the slowest flag decides. `None` if it is not known.
    pub fn ideal_knee(&self) -> Option<NonZeroUsize> {
        let most = self.ideal_speedup(NonZeroUsize::MAX)?;
        let numbers = (1..=self.setup.codes.len()).filter_map(NonZeroUsize::new);
        numbers.into_iter().find(|jobs| self.ideal_speedup(*jobs) == Some(most))
    }

    /// The runs of the round to draw, one for each contender: of the whole rounds, the one whose
    /// times are nearest to the medians, by the sum of squares of ln(time ÷ median). `None` without
    /// a whole round.
    pub fn pictured_round(&self) -> Option<Vec<(Contender, &'a Sample)>> {
        let contenders = &self.setup.contenders;
        let distance = |samples: &Vec<&Sample>| -> f64 {
            let times = samples.iter().zip(&self.contenders);
            times.map(|(sample, of)| (sample.seconds() / of.elapsed.median).ln().powi(2)).sum()
        };
        let rounds = self.measured.whole_rounds(contenders);
        let nearest = rounds.min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
        Some(contenders.iter().copied().zip(nearest).collect())
    }

    /// How many jobs are enough, for each mode that was compared with several numbers of them.
    pub fn enough_jobs(&self) -> Vec<EnoughJobs> {
        let by_mode = self.contenders.chunk_by(|a, b| a.contender.mode == b.contender.mode);
        // Fewer rounds than the confidence takes decide nothing.
        let is_decided = self.whole_rounds >= ratios_needed(self.confidence);
        let enough = |of_mode: &[ContenderResult]| {
            let mut of_mode: Vec<_> = of_mode.iter().collect();
            of_mode.sort_by_key(|result| result.contender.jobs);
            let mode = of_mode[0].contender.mode;
            let jobs: Vec<_> = of_mode.iter().map(|result| result.contender.jobs).collect();
            let standings = standings(self.measured, of_mode, self.confidence);
            let enough = EnoughJobs::new(mode, jobs.into_iter().zip(standings));
            EnoughJobs { jobs: enough.jobs.filter(|_| is_decided), ..enough }
        };
        by_mode.filter(|of_mode| of_mode.len() > 1).map(enough).collect()
    }
}

fn best<'r, 'a>(
    among: impl Iterator<Item = &'r ContenderResult<'a>>,
) -> Option<&'r ContenderResult<'a>> {
    among.min_by(|a, b| a.elapsed.median.total_cmp(&b.elapsed.median))
}

/// The standing of each contender `among` these, relative to the one with the lowest median.
fn standings(measured: &Measured, among: Vec<&ContenderResult>, confidence: f64) -> Vec<Standing> {
    let Some(best) = best(among.iter().copied()) else { return Vec::new() };
    let ratios = |result: &ContenderResult| measured.ratios(result.contender, best.contender);
    among.iter().map(|result| Standing::of(&ratios(result), confidence)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::Verdict;
    use crate::compare::fixtures::{contender, contenders, measured, min_speedup, setup, times};
    use crate::downloader::Mode;

    fn near(number: Option<f64>, expected: f64) -> bool {
        number.is_some_and(|number| (number / expected - 1.0).abs() < 1e-9)
    }

    fn jobs(number: usize) -> NonZeroUsize {
        NonZeroUsize::new(number).unwrap()
    }

    #[test]
    fn the_ideal_speedup_has_one_value_per_number_of_jobs_and_a_knee() {
        let mut setup = setup();
        let mut measured = measured(&setup, times);
        let results = Results::new(&setup, &measured);
        // The ideal takes 200 ms with one job, 100 ms with two.
        assert!(near(results.ideal_speedup(jobs(1)), 15.0));
        assert!(near(results.ideal_speedup(jobs(2)), 30.0));
        assert!(near(results.ideal_speedup(jobs(500)), 30.0));
        assert_eq!(results.ideal_knee(), Some(jobs(2)));
        measured.samples_mut(setup.reference)[2].outcomes[0].trace.attempts = 2;
        let results = Results::new(&setup, &measured);
        assert!(near(results.ideal_speedup(jobs(2)), 25.0), "the third round is left out");
        setup.weather = None;
        let results = Results::new(&setup, &measured);
        assert_eq!((results.ideal_speedup(jobs(1)), results.ideal_knee()), (None, None));
    }

    fn after_ten_rounds(times: impl Fn(usize, &str) -> u64) -> (Setup, Measured) {
        let setup = Setup { runs: 10, max_runs: 10, ..setup() };
        let times = |round, contender: Contender| match round {
            Round::Warmup(_) => Some(1),
            Round::Measured(n) => Some(times(n, &contender.to_string())),
        };
        let measured = measured(&setup, times);
        (setup, measured)
    }

    fn marked(results: &Results) -> Vec<String> {
        let fastest = results.contenders.iter().filter(|result| result.fastest);
        fastest.map(|result| result.contender.to_string()).collect()
    }

    fn fastest(times: impl Fn(usize, &str) -> u64) -> Vec<String> {
        let (setup, measured) = after_ten_rounds(times);
        marked(&Results::new(&setup, &measured))
    }

    #[test]
    fn the_best_contender_and_those_within_5_percent_of_it_are_marked_fastest() {
        let clear = |_, name: &str| if name == "async" { 100 } else { 200 };
        assert_eq!(fastest(clear), ["async"]);
        let close = |round, name: &str| match name {
            "seq" => 1000,
            "threads" => 200,
            "rayon" => 203 + round as u64 % 5,
            _ => 212,
        };
        assert_eq!(fastest(close), ["threads", "rayon"]);
    }

    #[test]
    fn no_contender_is_marked_fastest_if_all_would_be_or_before_the_second_round() {
        assert_eq!(fastest(|_, _| 200), [""; 0]);
        let setup = setup();
        for (rounds, number) in [(0, 0), (1, 0), (2, 3)] {
            let measured = measured(&setup, |round, contender| match round {
                Round::Measured(n) if n > rounds => None,
                _ => times(round, contender),
            });
            assert_eq!(marked(&Results::new(&setup, &measured)).len(), number, "{rounds}");
        }
    }

    #[test]
    fn a_contender_without_a_round_in_common_with_the_reference_has_no_speedup() {
        let reference = contender("async");
        let setup = Setup { reference, runs: 1, max_runs: 1, ..setup() };
        let measured = measured(&setup, |round, contender| match round {
            Round::Measured(_) if contender == reference => None,
            _ => Some(100),
        });
        let results = Results::new(&setup, &measured);
        assert!(results.contenders.iter().all(|result| result.contender != reference));
        assert!(results.contenders.iter().all(|result| result.speedup.is_none()));
        assert!(results.pictured_round().is_none());
    }

    #[test]
    fn each_speedup_to_check_has_its_verdict_at_a_look_and_none_before() {
        let min_speedups = ["threads", "rayon", "async"].map(|name| min_speedup(name, 15.0));
        let min_speedups = min_speedups.to_vec();
        let setup = Setup { runs: 10, max_runs: 20, min_speedups, ..setup() };
        let after = |rounds| {
            measured(&setup, |round, contender| match (round, contender.mode) {
                (Round::Measured(n), _) if n > rounds => None,
                (_, Mode::Seq) => Some(1500),
                (Round::Measured(n), Mode::Rayon) => Some([80, 120][n % 2]),
                (_, Mode::Threads) => Some(90),
                _ => Some(110),
            })
        };
        for (rounds, decides) in [(9, false), (10, true), (11, false), (20, true)] {
            let measured = after(rounds);
            let checks = Results::new(&setup, &measured).checks;
            let verdicts: Vec<_> = checks.iter().map(SpeedupCheck::verdict).collect();
            let expected = [Verdict::Passed, Verdict::Inconclusive, Verdict::Failed];
            assert_eq!(verdicts, if decides { &expected[..] } else { &[] }, "{rounds}");
        }
    }

    #[test]
    fn the_pictured_round_is_the_one_nearest_to_the_medians_of_all_contenders() {
        let (setup, measured) = after_ten_rounds(|round, name| match (round, name) {
            (7, "seq") => 1010,
            (7, _) => 99,
            // The median of seq, but far from the others.
            (_, "seq") => 995 + round as u64,
            (_, _) => {
                if round % 2 == 0 {
                    80
                } else {
                    120
                }
            }
        });
        let round = Results::new(&setup, &measured).pictured_round().unwrap();
        let contenders: Vec<_> = round.iter().map(|(contender, _)| *contender).collect();
        assert_eq!(contenders, setup.contenders);
        let millis: Vec<_> = round.iter().map(|(_, sample)| sample.elapsed.as_millis()).collect();
        assert_eq!(millis, [1010, 99, 99, 99]);
    }

    #[test]
    fn a_round_without_all_contenders_is_not_pictured() {
        let setup = setup();
        let measured = measured(&setup, |round, contender| match round {
            Round::Measured(2) if contender.mode == Mode::Async => None,
            _ => times(round, contender),
        });
        let results = Results::new(&setup, &measured);
        assert_eq!(results.pictured_round().unwrap()[0].1.seconds(), 2.0);
    }

    #[test]
    fn how_many_jobs_are_enough_is_decided_among_those_of_the_same_mode() {
        let contenders = contenders(&[Mode::Seq, Mode::Threads, Mode::Rayon], &[16, 4, 8]);
        let setup = Setup { contenders, runs: 10, max_runs: 10, ..setup() };
        let measured = measured(&setup, |_, contender| match contender.to_string().as_str() {
            "threads@8" => Some(200),
            "threads@16" => Some(198),
            "rayon@16" => Some(500),
            _ => Some(1000),
        });
        let enough = Results::new(&setup, &measured).enough_jobs();
        let enough: Vec<_> = enough.into_iter().map(|of| (of.mode, of.jobs)).collect();
        assert_eq!(enough, [(Mode::Threads, Some(jobs(8))), (Mode::Rayon, Some(jobs(16)))]);
    }

    #[test]
    fn the_title_counts_whole_rounds_and_names_the_limit() {
        let title = |max_runs, rounds| {
            let min_speedups = vec![min_speedup("threads", 15.0)];
            let setup = Setup { runs: 10, max_runs, min_speedups, ..setup() };
            let measured = measured(&setup, |round, contender| match round {
                Round::Measured(n) if n > rounds => None,
                Round::Measured(n) if n == rounds && contender.mode == Mode::Async => None,
                _ => times(round, contender),
            });
            Results::new(&setup, &measured).title()
        };
        assert_eq!(title(10, 3), "2 flags from delay, 2 of 10 rounds");
        assert_eq!(title(10, 11), "2 flags from delay, 10 rounds");
        assert_eq!(title(40, 3), "2 flags from delay, 2 of 10 rounds (at most 40)");
        let setup = setup();
        let none = Results::new(&setup, &Measured::default()).title();
        assert_eq!(none, "2 flags from delay, 0 of 3 rounds");
    }
}
