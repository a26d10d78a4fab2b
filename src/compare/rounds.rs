//! The loop over the rounds, and the traits for what runs in it and for what observes it.

use super::schedule::{Round, rounds};
use super::{Contender, Measured, Results, Sample, Setup};
use crate::system::signals::Signal;

/// Carries out single runs. [`RealRunner`](super::RealRunner) downloads; tests use given times.
pub trait Runner {
    /// Runs `contender` once, as part of `round`, and returns its measurements.
    ///
    /// # Errors
    /// The run gave no valid measurement. The comparison ends.
    fn run(&mut self, round: Round, contender: Contender) -> Result<Sample, Abort>;
}

/// Observes a comparison. Only [`round_finished`](Self::round_finished) is required.
pub trait Observer {
    /// A run starts.
    fn run_started(&mut self, _round: Round, _contender: Contender) {}

    /// A run has finished.
    fn run_finished(&mut self, _contender: Contender, _sample: &Sample) {}

    /// A measured round has finished; `measured` has all rounds so far.
    ///
    /// # Errors
    /// The comparison cannot go on.
    fn round_finished(&mut self, measured: &Measured) -> anyhow::Result<()>;

    /// Some `--min-speedup` is undecided: there will be more rounds, up to `runs` in all.
    fn extended(&mut self, _runs: usize) {}
}

/// Why a comparison ended early.
#[derive(Debug)]
pub enum Abort {
    /// A signal was received.
    Stopped(Signal),
    /// A run gave no valid measurement, or the results could not be written.
    Failed(anyhow::Error),
}

/// Runs the rounds of `setup`: `runs` of them, and more while a `--min-speedup` is undecided.
///
/// After an early end it returns what was measured so far. That includes the finished runs of an
/// unfinished round, though speedups use only rounds that have both runs of a pair.
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
    let looks = setup.looks();
    for (round, order) in rounds(&setup.contenders, setup.warmup, looks.last()) {
        for (place, contender) in order.into_iter().enumerate() {
            observer.run_started(round, contender);
            let sample = runner.run(round, contender)?;
            observer.run_finished(contender, &sample);
            if let Round::Measured(_) = round {
                measured.add(contender, sample, place == 0);
            }
        }
        if let Round::Measured(n) = round {
            observer.round_finished(measured).map_err(Abort::Failed)?;
            if n < looks.last() && n == looks.next(n).runs {
                if Results::new(setup, measured).all_decided() {
                    break;
                }
                observer.extended(looks.next(n + 1).runs);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use anyhow::anyhow;

    use super::*;
    use crate::compare::fixtures::{FakeRunner, contender, min_speedup, setup};

    /// Records the calls, and fails after `full_after` rounds as a full disk would.
    #[derive(Default)]
    struct Recorder {
        started: Vec<(Round, Contender)>,
        finished: usize,
        rounds: Vec<usize>,
        extended: Vec<usize>,
        full_after: Option<usize>,
    }

    impl Observer for Recorder {
        fn run_started(&mut self, round: Round, contender: Contender) {
            self.started.push((round, contender));
        }

        fn run_finished(&mut self, _: Contender, _: &Sample) {
            self.finished += 1;
        }

        fn round_finished(&mut self, measured: &Measured) -> anyhow::Result<()> {
            self.rounds.push(measured.orders().len());
            match self.full_after {
                Some(rounds) if self.rounds.len() == rounds => Err(anyhow!("the disk is full")),
                _ => Ok(()),
            }
        }

        fn extended(&mut self, runs: usize) {
            self.extended.push(runs);
        }
    }

    /// Each contender takes a different time, and every round is slower than the one before.
    fn slower_and_slower(round: Round, contender: Contender) -> Result<u64, Abort> {
        let drift = match round {
            Round::Warmup(_) => 100,
            Round::Measured(n) => n as u64,
        };
        Ok(drift * if contender.to_string() == "seq" { 2000 } else { 100 })
    }

    #[test]
    fn each_round_runs_each_contender_once_in_the_order_that_is_recorded() {
        let setup = setup();
        let mut recorder = Recorder::default();
        let (measured, result) =
            run_rounds(&setup, &mut FakeRunner(slower_and_slower), &mut recorder);
        assert!(result.is_ok());
        let per_round = setup.contenders.len();
        assert_eq!(recorder.started.len(), (setup.warmup + setup.runs) * per_round);
        assert_eq!(recorder.finished, recorder.started.len());
        let after_warmup: Vec<_> = recorder.started[setup.warmup * per_round..].to_vec();
        assert!(after_warmup.iter().all(|(round, _)| matches!(round, Round::Measured(_))));
        let ran: Vec<_> = after_warmup.into_iter().map(|(_, contender)| contender).collect();
        assert_eq!(ran, measured.orders().concat());
    }

    #[test]
    fn warm_up_rounds_are_not_measured() {
        let setup = setup();
        let (measured, _) =
            run_rounds(&setup, &mut FakeRunner(slower_and_slower), &mut Recorder::default());
        for contender in &setup.contenders {
            let samples = measured.samples(*contender);
            assert_eq!(samples.len(), setup.runs);
            assert!(samples.iter().all(|sample| sample.elapsed < Duration::from_secs(100)));
        }
    }

    #[test]
    fn drift_that_slows_every_round_does_not_affect_the_paired_ratios() {
        let setup = setup();
        let (measured, _) =
            run_rounds(&setup, &mut FakeRunner(slower_and_slower), &mut Recorder::default());
        let ratios = measured.ratios(contender("seq"), contender("threads"));
        assert_eq!(ratios, vec![20.0; setup.runs]);
    }

    #[test]
    fn the_observer_sees_each_measured_round_as_it_ends() {
        let setup = setup();
        let mut recorder = Recorder::default();
        let _ = run_rounds(&setup, &mut FakeRunner(slower_and_slower), &mut recorder);
        assert_eq!(recorder.rounds, (1..=setup.runs).collect::<Vec<_>>());
        assert!(recorder.extended.is_empty());
    }

    #[test]
    fn an_undecided_speedup_extends_the_comparison_block_by_block_up_to_max_runs() {
        let min_speedups = vec![min_speedup("threads", 20.0)];
        let setup = Setup { runs: 10, max_runs: 25, min_speedups, ..setup() };
        let mut recorder = Recorder::default();
        let (measured, _) = run_rounds(&setup, &mut FakeRunner(slower_and_slower), &mut recorder);
        assert_eq!(recorder.extended, [20, 25]);
        assert_eq!(measured.orders().len(), 25);
    }

    #[test]
    fn it_ends_at_the_first_look_at_which_every_speedup_is_decided() {
        let min_speedups = vec![min_speedup("threads", 10.0), min_speedup("async", 30.0)];
        let setup = Setup { runs: 10, max_runs: 40, min_speedups, ..setup() };
        let mut recorder = Recorder::default();
        let (measured, _) = run_rounds(&setup, &mut FakeRunner(slower_and_slower), &mut recorder);
        assert!(recorder.extended.is_empty());
        assert_eq!(measured.orders().len(), 10);
    }

    #[test]
    fn a_signal_ends_it_with_the_runs_that_have_finished() {
        let setup = setup();
        let mut left = (setup.warmup + 2) * setup.contenders.len() + 1;
        let mut runner = FakeRunner(|round, contender| {
            if left == 0 {
                return Err(Abort::Stopped(Signal::Interrupt));
            }
            left -= 1;
            slower_and_slower(round, contender)
        });
        let mut recorder = Recorder::default();
        let (measured, result) = run_rounds(&setup, &mut runner, &mut recorder);
        assert!(matches!(result, Err(Abort::Stopped(Signal::Interrupt))));
        let runs: Vec<_> = measured.orders().iter().map(Vec::len).collect();
        assert_eq!(runs, [4, 4, 1]);
        // The single run of the third round has no partner.
        assert_eq!(measured.ratios(contender("seq"), contender("threads")).len(), 2);
        assert_eq!(recorder.rounds, [1, 2]);
    }

    #[test]
    fn a_run_that_fails_ends_it_at_once_and_is_not_measured() {
        let setup = setup();
        let rayon = contender("rayon");
        let mut runner = FakeRunner(|round, contender| match round {
            Round::Measured(2) if contender == rayon => {
                Err(Abort::Failed(anyhow!("ZZ: not found")))
            }
            _ => slower_and_slower(round, contender),
        });
        let mut recorder = Recorder::default();
        let (measured, result) = run_rounds(&setup, &mut runner, &mut recorder);
        assert!(matches!(result, Err(Abort::Failed(_))));
        assert_eq!(recorder.started.last(), Some(&(Round::Measured(2), rayon)));
        assert_eq!(measured.samples(rayon).len(), 1);
    }

    #[test]
    fn results_that_cannot_be_written_end_it_after_the_round() {
        let setup = setup();
        let mut recorder = Recorder { full_after: Some(1), ..Recorder::default() };
        let (measured, result) =
            run_rounds(&setup, &mut FakeRunner(slower_and_slower), &mut recorder);
        assert!(matches!(result, Err(Abort::Failed(_))));
        assert_eq!(measured.orders().len(), 1);
    }
}
