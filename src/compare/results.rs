//! What the times say about each mode.

use super::statistics::{CONFIDENCE, Interval, Stats, median, median_interval};
use super::{Measured, Sample, Setup};
use crate::downloader::Mode;

/// All that was found out, with what it was found out about.
#[derive(Debug)]
pub struct Results<'a> {
    pub setup: &'a Setup,
    /// The order of each round that counts.
    pub rounds: Vec<Vec<Mode>>,
    /// Those modes that have been timed, in the order of the setup.
    pub modes: Vec<ModeResult>,
}

/// What was found out about one mode. Times are in seconds.
#[derive(Debug, Clone)]
pub struct ModeResult {
    pub mode: Mode,
    pub jobs: usize,
    /// The runs, in the order of the rounds.
    pub samples: Vec<Sample>,
    /// Of elapsed.
    pub elapsed: Stats,
    /// Of the processor's time in user mode, and for it in the kernel.
    pub user: Stats,
    pub system: Stats,
    /// (The flags' own times, added up, ÷ jobs) ÷ elapsed: the median over the runs. At 1, every job was
    /// busy with a flag from start to end.
    pub efficiency: f64,
    /// Nothing where no round has both this mode and the reference.
    pub speedup: Option<Speedup>,
}

/// How many times as fast as the reference.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Speedup {
    pub reference: Mode,
    /// The median of the ratios of elapsed within each round.
    pub median: f64,
    /// Where that median lies, with a confidence of [`CONFIDENCE`].
    pub interval: Interval,
    /// How many rounds it rests on.
    pub rounds: usize,
}

impl Results<'_> {
    /// What `measured` says so far; there may be nothing in it yet.
    pub fn new<'a>(setup: &'a Setup, measured: &Measured) -> Results<'a> {
        let modes = setup.modes.iter().filter_map(|mode| ModeResult::new(setup, measured, *mode));
        Results { setup, rounds: measured.orders(), modes: modes.collect() }
    }

    /// The mode with the lowest median time.
    pub fn fastest(&self) -> Option<Mode> {
        let faster =
            |a: &&ModeResult, b: &&ModeResult| a.elapsed.median.total_cmp(&b.elapsed.median);
        self.modes.iter().min_by(faster).map(|result| result.mode)
    }

    /// What was found out about `mode`.
    pub fn of(&self, mode: Mode) -> Option<&ModeResult> {
        self.modes.iter().find(|result| result.mode == mode)
    }

    /// What it all means, a sentence for each mode but the reference.
    pub fn sentences(&self) -> Vec<String> {
        self.modes.iter().filter_map(ModeResult::sentence).collect()
    }

    /// What was compared: `20 flags from delay, 10 rounds`, or `3 of 10 rounds` where it ended early.
    pub fn title(&self) -> String {
        let Setup { server, codes, runs, .. } = self.setup;
        let flags = if codes.len() == 1 { "flag" } else { "flags" };
        // A round that lacks a run is told by what it lacks.
        let whole = self.rounds.iter().filter(|round| round.len() == self.setup.modes.len());
        let rounds = match whole.count() {
            whole if whole == *runs => runs.to_string(),
            whole => format!("{whole} of {runs}"),
        };
        let noun = if *runs == 1 { "round" } else { "rounds" };
        format!("{} {flags} from {server}, {rounds} {noun}", codes.len())
    }
}

impl ModeResult {
    fn new(setup: &Setup, measured: &Measured, mode: Mode) -> Option<ModeResult> {
        let samples = measured.samples(mode);
        let jobs = setup.jobs(mode);
        let all = |of: fn(&Sample) -> f64| samples.iter().map(of).collect::<Vec<_>>();
        let busy = |sample: &Sample| {
            sample.flags.as_secs_f64() / jobs as f64 / sample.elapsed.as_secs_f64()
        };
        Some(ModeResult {
            mode,
            jobs,
            elapsed: Stats::of(&all(Sample::seconds))?,
            user: Stats::of(&all(|sample| sample.cpu.user.as_secs_f64()))?,
            system: Stats::of(&all(|sample| sample.cpu.system.as_secs_f64()))?,
            efficiency: median(&samples.iter().map(busy).collect::<Vec<_>>())?,
            speedup: Speedup::new(setup.reference, &measured.ratios(setup.reference, mode)),
            samples,
        })
    }

    /// `threads: 14.2 times as fast as seq (13.8 to 14.6), 96 % of what 20 jobs can give`.
    fn sentence(&self) -> Option<String> {
        let speedup = self.speedup.filter(|speedup| speedup.reference != self.mode)?;
        let ModeResult { mode, jobs, .. } = self;
        let Speedup { reference, .. } = speedup;
        let times = rounded(speedup.median);
        let interval = speedup.interval_in_words();
        let share = percent(self.efficiency);
        let noun = if *jobs == 1 { "job" } else { "jobs" };
        Some(format!(
            "{mode}: {times} times as fast as {reference} {interval}, {share} of what {jobs} {noun} can give"
        ))
    }
}

impl Speedup {
    fn new(reference: Mode, ratios: &[f64]) -> Option<Speedup> {
        let (median, interval) = (median(ratios)?, median_interval(ratios)?);
        Some(Speedup { reference, median, interval, rounds: ratios.len() })
    }

    /// How sure the interval is: 0.95.
    pub fn confidence(&self) -> f64 {
        CONFIDENCE
    }

    /// `(13.8 to 14.6)`; a single round has no interval to speak of.
    pub fn interval_in_words(&self) -> String {
        match self.rounds {
            1 => "(one round)".into(),
            _ => format!("({} to {})", rounded(self.interval.low), rounded(self.interval.high)),
        }
    }
}

impl Sample {
    /// Elapsed, in seconds.
    pub fn seconds(&self) -> f64 {
        self.elapsed.as_secs_f64()
    }
}

/// To three significant digits, or three decimals: `0.070`, `1.00`, `14.2`, `1234`.
pub fn rounded(number: f64) -> String {
    let decimals = match number {
        ..0.9995 => 3,
        ..9.995 => 2,
        ..99.95 => 1,
        _ => 0,
    };
    format!("{number:.decimals$}")
}

/// `96 %`.
pub fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

#[cfg(test)]
pub(crate) mod tests {
    use std::time::Duration;

    use super::*;
    use crate::compare::rounds::{Abort, Observer, Runner, run_rounds};
    use crate::compare::{CpuTime, Round};
    use crate::origin::Weather;

    /// Two flags in all four modes, one warm-up round and three that count.
    pub(crate) fn setup() -> Setup {
        Setup {
            server: "delay".into(),
            weather: Some(Weather::delayed()),
            codes: ["BR", "CN"].map(|code| code.parse().unwrap()).to_vec(),
            modes: vec![Mode::Seq, Mode::Threads, Mode::Rayon, Mode::Async],
            jobs: 2,
            reference: Mode::Seq,
            warmup: 1,
            runs: 3,
        }
    }

    /// A run of so many milliseconds, its flags busy for 90 % of that.
    pub(crate) fn millis(millis: u64) -> Sample {
        let elapsed = Duration::from_millis(millis);
        let cpu = CpuTime { user: elapsed / 10, system: elapsed / 20 };
        Sample { elapsed, flags: elapsed * 9 / 10, cpu, exit_code: 0 }
    }

    struct Times<F>(F);

    impl<F: Fn(Round, Mode) -> Option<u64>> Runner for Times<F> {
        fn time(&mut self, round: Round, mode: Mode) -> Result<Sample, Abort> {
            let ending = || Abort::Failed(anyhow::anyhow!("that is all"));
            (self.0)(round, mode).map(millis).ok_or_else(ending)
        }
    }

    struct Nobody;

    impl Observer for Nobody {
        fn begins(&mut self, _: Round, _: Mode) {}
        fn ended(&mut self, _: Mode, _: &Sample) {}
        fn round_ended(&mut self, _: &Measured) -> anyhow::Result<()> {
            Ok(())
        }
    }

    /// Times that are made up: it ends where there are none.
    pub(crate) fn measured(setup: &Setup, times: impl Fn(Round, Mode) -> Option<u64>) -> Measured {
        run_rounds(setup, &mut Times(times), &mut Nobody).0
    }

    /// seq takes 2 s, then 3 s, then 4 s; the others 200 ms each time.
    pub(crate) fn times(round: Round, mode: Mode) -> Option<u64> {
        match (round, mode) {
            (Round::Counted(n), Mode::Seq) => Some(1000 * (n as u64 + 1)),
            _ => Some(200),
        }
    }

    #[test]
    fn a_speedup_is_the_median_of_the_ratios_within_each_round() {
        let setup = setup();
        let results = Results::new(&setup, &measured(&setup, times));
        let speedup = results.of(Mode::Threads).unwrap().speedup.unwrap();
        assert_eq!((speedup.median, speedup.rounds), (15.0, 3));
        assert_eq!(speedup.interval, Interval { low: 10.0, high: 20.0 });
        let own = results.of(Mode::Seq).unwrap().speedup.unwrap();
        assert_eq!((own.median, own.interval.low, own.interval.high), (1.0, 1.0, 1.0));
    }

    #[test]
    fn efficiency_is_the_flags_own_time_shared_out_to_the_jobs_over_elapsed() {
        let setup = setup();
        let results = Results::new(&setup, &measured(&setup, times));
        let efficiency = |mode| results.of(mode).unwrap().efficiency;
        assert!((efficiency(Mode::Seq) - 0.9).abs() < 1e-9);
        assert!((efficiency(Mode::Rayon) - 0.45).abs() < 1e-9);
    }

    #[test]
    fn what_it_means_is_said_in_a_sentence_for_each_mode_but_the_reference() {
        let setup = setup();
        let results = Results::new(&setup, &measured(&setup, times));
        let sentences = results.sentences();
        assert_eq!(sentences.len(), 3);
        let told =
            "threads: 15.0 times as fast as seq (10.0 to 20.0), 45 % of what 2 jobs can give";
        assert_eq!(sentences[0], told);
    }

    #[test]
    fn the_fastest_has_the_lowest_median() {
        let setup = setup();
        let times = |_, mode| Some(if mode == Mode::Async { 100 } else { 200 });
        let results = Results::new(&setup, &measured(&setup, times));
        assert_eq!(results.fastest(), Some(Mode::Async));
        assert_eq!(Results::new(&setup, &Measured::default()).fastest(), None);
    }

    #[test]
    fn a_mode_that_never_met_the_reference_has_no_speedup() {
        let setup = Setup { reference: Mode::Async, runs: 1, ..setup() };
        let results = Results::new(
            &setup,
            &measured(&setup, |round, mode| match (round, mode) {
                (Round::Counted(_), Mode::Async) => None,
                _ => Some(100),
            }),
        );
        assert!(results.of(Mode::Async).is_none());
        assert_eq!(results.of(Mode::Seq).unwrap().speedup, None);
        assert_eq!(results.sentences(), Vec::<String>::new());
        assert_eq!(results.title(), "2 flags from delay, 0 of 1 round");
    }

    #[test]
    fn numbers_are_rounded_to_three_digits() {
        for (number, text) in [
            (14.23, "14.2"),
            (1.0, "1.00"),
            (0.9999, "1.00"),
            (9.999, "10.0"),
            (0.07042, "0.070"),
            (1234.4, "1234"),
        ] {
            assert_eq!(rounded(number), text);
        }
        assert_eq!(percent(0.956), "96 %");
    }
}
