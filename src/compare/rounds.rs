//! Goes through the rounds: whose turn it is, what was measured, and what ends it early.

use std::time::Duration;

use super::schedule::{Round, Schedule};
use super::{CpuTime, Setup};
use crate::downloader::Mode;
use crate::shutdown::Signal;

/// Carries out one run and says how long it took. Tests have one that makes the times up.
pub trait Runner {
    /// Runs `mode` once, as part of `round`.
    ///
    /// # Errors
    /// It came to no end that counts, and nor will the comparison.
    fn time(&mut self, round: Round, mode: Mode) -> Result<Sample, Abort>;
}

/// Is told how the comparison gets on.
pub trait Observer {
    /// A run begins.
    fn begins(&mut self, round: Round, mode: Mode);

    /// A run came to its end.
    fn ended(&mut self, mode: Mode, sample: &Sample);

    /// A round that counts came to its end; `measured` is all there is by now.
    ///
    /// # Errors
    /// It makes no sense to go on.
    fn round_ended(&mut self, measured: &Measured) -> anyhow::Result<()>;
}

/// What one run came to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// From before the client was built to the last file in its place.
    pub elapsed: Duration,
    /// The flags' own times, added up.
    pub flags: Duration,
    pub cpu: CpuTime,
    /// What the same run would exit with: 1 where the weather kept a flag from its place.
    pub exit_code: u8,
}

/// Why a comparison ends before its last round.
#[derive(Debug)]
pub enum Abort {
    /// A signal came.
    Stopped(Signal),
    /// A run can't be counted, or its time can't be kept.
    Failed(anyhow::Error),
}

/// The runs that count, by round, each round in the order in which they took place.
///
/// The last round may be short of runs where the comparison ended early.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Measured {
    rounds: Vec<Vec<(Mode, Sample)>>,
}

/// Goes through all rounds of `setup`, or as many as it gets to.
///
/// What was measured before an early end is returned with it: a run that came to its end counts, even in a
/// round that did not. Ratios need both runs of a round, and take only rounds that have both.
pub fn run_rounds(
    setup: &Setup,
    runner: &mut impl Runner,
    observer: &mut impl Observer,
) -> (Measured, Result<(), Abort>) {
    let mut measured = Measured::default();
    let result = run_all(setup, runner, observer, &mut measured);
    (measured, result)
}

fn run_all(
    setup: &Setup,
    runner: &mut impl Runner,
    observer: &mut impl Observer,
    measured: &mut Measured,
) -> Result<(), Abort> {
    for (round, order) in Schedule::new(&setup.modes).rounds(setup.warmup, setup.runs) {
        for (place, mode) in order.into_iter().enumerate() {
            observer.begins(round, mode);
            let sample = runner.time(round, mode)?;
            observer.ended(mode, &sample);
            if let Round::Counted(_) = round {
                measured.add(mode, sample, place == 0);
            }
        }
        if let Round::Counted(_) = round {
            observer.round_ended(measured).map_err(Abort::Failed)?;
        }
    }
    Ok(())
}

impl Measured {
    fn add(&mut self, mode: Mode, sample: Sample, opens_round: bool) {
        match self.rounds.last_mut().filter(|_| !opens_round) {
            Some(round) => round.push((mode, sample)),
            None => self.rounds.push(vec![(mode, sample)]),
        }
    }

    /// The runs of `mode`, in the order of the rounds.
    pub fn samples(&self, mode: Mode) -> Vec<Sample> {
        self.rounds.iter().filter_map(|round| sample(round, mode)).collect()
    }

    /// The order of each round.
    pub fn orders(&self) -> Vec<Vec<Mode>> {
        let order = |round: &Vec<(Mode, Sample)>| round.iter().map(|(mode, _)| *mode).collect();
        self.rounds.iter().map(order).collect()
    }

    /// How many times as fast as `reference` was `mode`, in each round that has both.
    pub fn ratios(&self, reference: Mode, mode: Mode) -> Vec<f64> {
        let both = |round: &Vec<_>| Some((sample(round, reference)?, sample(round, mode)?));
        let ratio = |(reference, mode): (Sample, Sample)| {
            reference.elapsed.as_secs_f64() / mode.elapsed.as_secs_f64()
        };
        self.rounds.iter().filter_map(both).map(ratio).collect()
    }
}

fn sample(round: &[(Mode, Sample)], mode: Mode) -> Option<Sample> {
    round.iter().find(|(known, _)| *known == mode).map(|(_, sample)| *sample)
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;
    use crate::compare::results::tests::{millis, setup};

    /// A clock that is made up: what each run takes depends on its mode and round.
    struct MadeUp<F>(F);

    impl<F: FnMut(Round, Mode) -> Result<u64, Abort>> Runner for MadeUp<F> {
        fn time(&mut self, round: Round, mode: Mode) -> Result<Sample, Abort> {
            (self.0)(round, mode).map(millis)
        }
    }

    /// Keeps what it is told.
    #[derive(Default)]
    struct Diary {
        begun: Vec<(Round, Mode)>,
        ended: usize,
        rounds: Vec<usize>,
        full_after: Option<usize>,
    }

    impl Observer for Diary {
        fn begins(&mut self, round: Round, mode: Mode) {
            self.begun.push((round, mode));
        }

        fn ended(&mut self, _: Mode, _: &Sample) {
            self.ended += 1;
        }

        fn round_ended(&mut self, measured: &Measured) -> anyhow::Result<()> {
            self.rounds.push(measured.rounds.len());
            match self.full_after {
                Some(rounds) if self.rounds.len() == rounds => Err(anyhow!("the disk is full")),
                _ => Ok(()),
            }
        }
    }

    /// Each mode takes its own time, and all of them as much longer as there have been rounds before.
    fn slower_and_slower(round: Round, mode: Mode) -> Result<u64, Abort> {
        let drift = match round {
            Round::Warmup(_) => 100,
            Round::Counted(n) => n as u64,
        };
        Ok(drift * if mode == Mode::Seq { 2000 } else { 100 })
    }

    #[test]
    fn each_round_runs_each_mode_once_in_the_order_that_is_recorded() {
        let setup = setup();
        let mut diary = Diary::default();
        let (measured, result) = run_rounds(&setup, &mut MadeUp(slower_and_slower), &mut diary);
        assert!(result.is_ok());
        assert_eq!(diary.begun.len(), (setup.warmup + setup.runs) * setup.modes.len());
        assert_eq!(diary.ended, diary.begun.len());
        let counted: Vec<_> = diary.begun[setup.warmup * setup.modes.len()..].to_vec();
        assert!(counted.iter().all(|(round, _)| matches!(round, Round::Counted(_))));
        let ran: Vec<_> = counted.into_iter().map(|(_, mode)| mode).collect();
        assert_eq!(ran, measured.orders().concat());
    }

    #[test]
    fn warm_up_leaves_no_trace_in_what_was_measured() {
        let setup = setup();
        let (measured, _) =
            run_rounds(&setup, &mut MadeUp(slower_and_slower), &mut Diary::default());
        for mode in &setup.modes {
            let samples = measured.samples(*mode);
            assert_eq!(samples.len(), setup.runs);
            assert!(samples.iter().all(|sample| sample.elapsed < Duration::from_secs(100)));
        }
    }

    #[test]
    fn drift_that_slows_every_round_leaves_the_paired_ratios_alone() {
        let setup = setup();
        let (measured, _) =
            run_rounds(&setup, &mut MadeUp(slower_and_slower), &mut Diary::default());
        assert_eq!(measured.ratios(Mode::Seq, Mode::Threads), vec![20.0; setup.runs]);
    }

    #[test]
    fn whoever_watches_is_told_of_each_round_that_counts_as_it_ends() {
        let setup = setup();
        let mut diary = Diary::default();
        let _ = run_rounds(&setup, &mut MadeUp(slower_and_slower), &mut diary);
        assert_eq!(diary.rounds, (1..=setup.runs).collect::<Vec<_>>());
    }

    #[test]
    fn a_signal_ends_it_with_the_runs_that_came_to_their_end() {
        let setup = setup();
        let mut left = (setup.warmup + 2) * setup.modes.len() + 1;
        let mut runner = MadeUp(|round, mode| {
            if left == 0 {
                return Err(Abort::Stopped(Signal::Interrupt));
            }
            left -= 1;
            slower_and_slower(round, mode)
        });
        let mut diary = Diary::default();
        let (measured, result) = run_rounds(&setup, &mut runner, &mut diary);
        assert!(matches!(result, Err(Abort::Stopped(Signal::Interrupt))));
        let runs: Vec<_> = measured.orders().iter().map(Vec::len).collect();
        assert_eq!(runs, [4, 4, 1]);
        // The one run of the third round has no partner there.
        let ratios = measured.ratios(Mode::Seq, Mode::Threads);
        assert_eq!(ratios.len(), 2);
        assert_eq!(diary.rounds, [1, 2]);
    }

    #[test]
    fn a_run_that_fails_ends_it_at_once_and_is_not_measured() {
        let setup = setup();
        let mut runner = MadeUp(|round, mode| match (round, mode) {
            (Round::Counted(2), Mode::Rayon) => Err(Abort::Failed(anyhow!("ZZ: not found"))),
            _ => slower_and_slower(round, mode),
        });
        let mut diary = Diary::default();
        let (measured, result) = run_rounds(&setup, &mut runner, &mut diary);
        assert!(matches!(result, Err(Abort::Failed(_))));
        assert_eq!(diary.begun.last(), Some(&(Round::Counted(2), Mode::Rayon)));
        assert_eq!(measured.samples(Mode::Rayon).len(), 1);
    }

    #[test]
    fn a_result_that_cannot_be_kept_ends_it_after_its_round() {
        let setup = setup();
        let mut diary = Diary { full_after: Some(1), ..Diary::default() };
        let (measured, result) = run_rounds(&setup, &mut MadeUp(slower_and_slower), &mut diary);
        assert!(matches!(result, Err(Abort::Failed(_))));
        assert_eq!(measured.orders().len(), 1);
    }
}
