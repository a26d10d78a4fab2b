//! The evaluation of the measurements: statistics, speedups, verdicts.

use super::median_interval::{Interval, median_interval};
use super::min_speedup::SpeedupCheck;
use super::statistics::{Stats, median};
use super::{Contender, Look, Measured, MinSpeedup, Sample, Setup, Verdict};

/// All results so far, with what was compared.
#[derive(Debug)]
pub struct Results<'a> {
    pub setup: &'a Setup,
    /// The order of each measured round.
    pub rounds: Vec<Vec<Contender>>,
    /// The number of measured rounds in which every contender has run.
    pub whole_rounds: usize,
    /// The number of measured rounds at the next look, or at the last one.
    pub runs: usize,
    /// The looks so far.
    pub looks: Vec<Look>,
    /// The contenders with at least one measured run, in the order of the setup.
    pub modes: Vec<ModeResult<'a>>,
    /// Each `--min-speedup` for which there is a measured speedup.
    pub checks: Vec<SpeedupCheck>,
}

/// The results of one contender. Times are in seconds.
#[derive(Debug, Clone)]
pub struct ModeResult<'a> {
    pub contender: Contender,
    /// The runs, in the order of the rounds.
    pub samples: Vec<&'a Sample>,
    pub elapsed: Stats,
    /// CPU time in user mode.
    pub user: Stats,
    /// CPU time in the kernel.
    pub system: Stats,
    /// The median over the runs of (sum of the flags' own times ÷ jobs) ÷ elapsed. At 1, every job
    /// was busy with a flag from start to end.
    pub efficiency: f64,
    /// `None` if no run has a known shortest possible time.
    pub ideal: Option<Ideal>,
    /// `None` if no round has both this contender and the reference.
    pub speedup: Option<Speedup>,
    /// Whether the times of this contender are not distinguishable from those of the one with the
    /// lowest median. False for all contenders if it would be true for all.
    pub fastest: bool,
}

/// The shortest possible time. It differs from round to round, as the delays do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ideal {
    /// The median over the runs of the shortest possible time, in seconds.
    pub seconds: f64,
    /// The median over the runs of shortest possible time ÷ elapsed: 1 is ideal.
    pub share: f64,
}

/// How many times as fast as the reference a contender is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Speedup {
    pub reference: Contender,
    /// The median of the per-round ratios reference's time ÷ contender's time.
    pub median: f64,
    /// An interval for the median of these ratios.
    pub interval: Interval,
    /// The number of ratios.
    pub rounds: usize,
}

impl<'a> Results<'a> {
    /// Evaluates `measured`, which may be empty.
    pub fn new(setup: &'a Setup, measured: &'a Measured) -> Results<'a> {
        let rounds = measured.orders();
        let whole_rounds =
            rounds.iter().filter(|round| round.len() == setup.contenders.len()).count();
        let look = setup.looks().next(rounds.len());
        let mut modes: Vec<_> = setup
            .contenders
            .iter()
            .filter_map(|contender| ModeResult::new(setup, measured, *contender, look))
            .collect();
        mark_fastest(&mut modes, measured, look);
        let mut results = Results {
            setup,
            rounds,
            whole_rounds,
            runs: look.runs,
            looks: setup.looks().until(whole_rounds),
            modes,
            checks: Vec::new(),
        };
        results.checks = results.check(look);
        results
    }

    /// The verdicts at `look`. Between two looks, and at a look with too few rounds for its
    /// confidence, every verdict is inconclusive. A comparison with a single look always decides,
    /// with the confidence that its rounds give.
    fn check(&self, look: Look) -> Vec<SpeedupCheck> {
        let single_look = self.setup.looks().count() == 1;
        let between_looks = self.whole_rounds != look.runs;
        let check = |min_speedup: &MinSpeedup| {
            let speedup = self.of(min_speedup.contender)?.speedup?;
            let too_few = !single_look && speedup.interval.confidence < look.confidence;
            let too_early = between_looks || too_few;
            Some(SpeedupCheck { min_speedup: *min_speedup, speedup, too_early })
        };
        self.setup.min_speedups.iter().filter_map(check).collect()
    }

    /// The results of `contender`.
    pub fn of(&self, contender: Contender) -> Option<&ModeResult<'a>> {
        self.modes.iter().find(|result| result.contender == contender)
    }

    /// Whether no `--min-speedup` is inconclusive.
    pub fn all_decided(&self) -> bool {
        self.checks.iter().all(|check| check.verdict() != Verdict::Inconclusive)
    }

    /// The contenders that are marked `fastest`.
    pub fn fastest(&self) -> Vec<Contender> {
        let fastest = self.modes.iter().filter(|result| result.fastest);
        fastest.map(|result| result.contender).collect()
    }
}

fn mark_fastest(modes: &mut [ModeResult], measured: &Measured, look: Look) {
    let by_median =
        |a: &&ModeResult, b: &&ModeResult| a.elapsed.median.total_cmp(&b.elapsed.median);
    let Some(best) = modes.iter().min_by(by_median).map(|result| result.contender) else { return };
    for result in modes.iter_mut() {
        let ratios = measured.ratios(best, result.contender);
        let interval = median_interval(&ratios, look.confidence);
        result.fastest = interval.is_none_or(|interval| interval.contains(1.0));
    }
    if modes.iter().all(|result| result.fastest) {
        modes.iter_mut().for_each(|result| result.fastest = false);
    }
}

impl<'a> ModeResult<'a> {
    fn new(
        setup: &Setup,
        measured: &'a Measured,
        contender: Contender,
        look: Look,
    ) -> Option<ModeResult<'a>> {
        let samples = measured.samples(contender);
        let all = |of: &dyn Fn(&Sample) -> f64| {
            samples.iter().map(|sample| of(sample)).collect::<Vec<_>>()
        };
        let jobs = contender.jobs().get() as f64;
        let efficiency = all(&|sample| sample.busy().as_secs_f64() / jobs / sample.seconds());
        let ratios = measured.ratios(setup.reference, contender);
        Some(ModeResult {
            contender,
            elapsed: Stats::of(&all(&Sample::seconds))?,
            user: Stats::of(&all(&|sample| sample.cpu.user.as_secs_f64()))?,
            system: Stats::of(&all(&|sample| sample.cpu.system.as_secs_f64()))?,
            efficiency: median(&efficiency)?,
            ideal: Ideal::of(&samples),
            speedup: Speedup::new(setup.reference, &ratios, look.confidence),
            fastest: false,
            samples,
        })
    }

    /// The run whose time is nearest to the median: the one to draw.
    pub fn median_run(&self) -> Option<&'a Sample> {
        let distance = |sample: &Sample| (sample.seconds() - self.elapsed.median).abs();
        self.samples.iter().copied().min_by(|a, b| distance(a).total_cmp(&distance(b)))
    }
}

impl Ideal {
    fn of(samples: &[&Sample]) -> Option<Ideal> {
        let known = samples.iter().filter_map(|sample| Some((sample, sample.ideal?.as_secs_f64())));
        let shares: Vec<_> =
            known.clone().map(|(sample, ideal)| ideal / sample.seconds()).collect();
        let seconds: Vec<_> = known.map(|(_, ideal)| ideal).collect();
        Some(Ideal { seconds: median(&seconds)?, share: median(&shares)? })
    }
}

impl Speedup {
    fn new(reference: Contender, ratios: &[f64], confidence: f64) -> Option<Speedup> {
        let interval = median_interval(ratios, confidence)?;
        Some(Speedup { reference, median: median(ratios)?, interval, rounds: ratios.len() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::Round;
    use crate::compare::fixtures::{contender, measured, min_speedup, setup, times};

    #[test]
    fn a_speedup_is_the_median_of_the_ratios_within_each_round() {
        let setup = setup();
        let measured = measured(&setup, times);
        let results = Results::new(&setup, &measured);
        let speedup = results.of(contender("threads")).unwrap().speedup.unwrap();
        assert_eq!((speedup.median, speedup.rounds), (15.0, 3));
        assert_eq!((speedup.interval.low, speedup.interval.high), (10.0, 20.0));
        let own = results.of(contender("seq")).unwrap().speedup.unwrap();
        assert_eq!((own.median, own.interval.low, own.interval.high), (1.0, 1.0, 1.0));
    }

    #[test]
    fn efficiency_is_the_flags_own_time_per_job_divided_by_elapsed() {
        let setup = setup();
        let measured = measured(&setup, times);
        let results = Results::new(&setup, &measured);
        let efficiency = |name| results.of(contender(name)).unwrap().efficiency;
        assert!((efficiency("seq") - 0.9).abs() < 1e-9);
        assert!((efficiency("rayon") - 0.45).abs() < 1e-9);
    }

    #[test]
    fn of_ideal_is_the_median_of_each_runs_shortest_possible_time_divided_by_its_time() {
        let setup = setup();
        let seq = contender("seq");
        let mut measured = measured(&setup, times);
        let results = Results::new(&setup, &measured);
        assert_eq!(results.of(seq).unwrap().ideal, Some(Ideal { seconds: 1.5, share: 0.5 }));
        measured.samples_mut(seq)[1].ideal = None;
        measured.samples_mut(seq)[2].ideal = None;
        let results = Results::new(&setup, &measured);
        assert_eq!(results.of(seq).unwrap().ideal, Some(Ideal { seconds: 1.0, share: 0.5 }));
        measured.samples_mut(seq)[0].ideal = None;
        assert_eq!(Results::new(&setup, &measured).of(seq).unwrap().ideal, None);
    }

    fn fastest(times: impl Fn(usize, &str) -> u64) -> Vec<String> {
        let setup = Setup { runs: 10, max_runs: 10, ..setup() };
        let times = |round, contender: Contender| match round {
            Round::Warmup(_) => Some(1),
            Round::Measured(n) => Some(times(n, &contender.to_string())),
        };
        let measured = measured(&setup, times);
        let results = Results::new(&setup, &measured);
        results.fastest().iter().map(Contender::to_string).collect()
    }

    #[test]
    fn every_contender_indistinguishable_from_the_best_one_is_marked_fastest() {
        let clear = |_, name: &str| if name == "async" { 100 } else { 200 };
        assert_eq!(fastest(clear), ["async"]);
        let tied = |round, name: &str| match name {
            "seq" => 1000,
            "threads" => 200,
            "rayon" => 190 + 2 * round as u64,
            _ => 250,
        };
        assert_eq!(fastest(tied), ["threads", "rayon"]);
    }

    #[test]
    fn no_contender_is_marked_fastest_if_all_are_indistinguishable() {
        assert_eq!(fastest(|_, _| 200), [""; 0]);
        let setup = setup();
        assert_eq!(Results::new(&setup, &Measured::default()).fastest(), []);
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
        assert!(results.of(reference).is_none());
        assert_eq!(results.of(contender("seq")).unwrap().speedup, None);
    }

    #[test]
    fn each_speedup_to_check_has_its_verdict() {
        let min_speedups = vec![
            min_speedup("threads", 5.0),
            min_speedup("rayon", 15.0),
            min_speedup("async", 25.0),
        ];
        let setup = Setup { min_speedups, ..setup() };
        let measured = measured(&setup, times);
        let results = Results::new(&setup, &measured);
        let verdicts: Vec<_> = results.checks.iter().map(SpeedupCheck::verdict).collect();
        assert_eq!(verdicts, [Verdict::Passed, Verdict::Inconclusive, Verdict::Failed]);
        assert!(!results.all_decided());
    }

    #[test]
    fn one_of_several_looks_decides_nothing_with_too_few_rounds() {
        let setup =
            Setup { max_runs: 9, min_speedups: vec![min_speedup("threads", 5.0)], ..setup() };
        let after = |rounds| {
            let times = |round, contender| match round {
                Round::Measured(n) if n > rounds => None,
                _ => times(round, contender),
            };
            Results::new(&setup, &measured(&setup, times)).all_decided()
        };
        assert!(!after(3));
        assert!(!after(6));
        assert!(!after(8), "between two looks");
        assert!(after(9));
    }

    #[test]
    fn the_run_to_draw_is_the_one_nearest_to_the_median() {
        let setup = setup();
        let measured = measured(&setup, times);
        let results = Results::new(&setup, &measured);
        let seq = results.of(contender("seq")).unwrap();
        assert_eq!(seq.median_run().unwrap().seconds(), 3.0);
    }
}
