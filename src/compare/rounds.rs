//! The loop over the rounds, and what observes it.

use super::schedule::{Round, rounds};
use super::{Contender, Measured, Sample, Setup, Verdict, results};
use crate::system::signals::Signal;

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
}

/// Why a comparison ended early.
#[derive(Debug)]
pub enum Abort {
    /// A signal was received.
    Stopped(Signal),
    /// A run gave no valid measurement, or the results could not be written.
    Failed(anyhow::Error),
}

/// Runs the rounds of `setup` up to the first look that decides every `--min-speedup`. `run` runs a
/// contender once, as part of a round, and returns its measurements; an error ends the comparison.
///
/// The verdicts are those of that look. If each `--min-speedup` kept its first verdict instead,
/// their errors would add up.
///
/// After an early end it returns what was measured so far. That includes the finished runs of an
/// unfinished round, though speedups use only rounds that have both runs of a pair.
pub fn run_rounds(
    setup: &Setup,
    mut run: impl FnMut(Round, Contender) -> Result<Sample, Abort>,
    observer: &mut impl Observer,
) -> (Measured, Result<(), Abort>) {
    let mut measured = Measured::default();
    let result = run_all(setup, &mut run, observer, &mut measured);
    (measured, result)
}

fn run_all(
    setup: &Setup,
    run: &mut impl FnMut(Round, Contender) -> Result<Sample, Abort>,
    observer: &mut impl Observer,
    measured: &mut Measured,
) -> Result<(), Abort> {
    let looks = setup.looks();
    let seed = setup.weather.as_ref().map_or(0, |weather| weather.seed);
    for (round, order) in rounds(&setup.contenders, setup.warmup, setup.max_runs, seed) {
        for contender in order {
            observer.run_started(round, contender);
            let sample = run(round, contender)?;
            observer.run_finished(contender, &sample);
            if let Round::Measured(number) = round {
                measured.add(number, contender, sample);
            }
        }
        if let Round::Measured(number) = round {
            observer.round_finished(measured).map_err(Abort::Failed)?;
            let look = looks.iter().find(|look| look.runs == number);
            if look.is_some_and(|look| is_decided(setup, measured, look.confidence)) {
                break;
            }
        }
    }
    Ok(())
}

/// Whether no `--min-speedup` is inconclusive.
fn is_decided(setup: &Setup, measured: &Measured, confidence: f64) -> bool {
    let checks = results::checks(setup, measured, confidence);
    checks.iter().all(|check| check.verdict() != Verdict::Inconclusive)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use anyhow::anyhow;

    use super::*;
    use crate::compare::fixtures::{contender, min_speedup, sample, setup};

    /// Records the calls, and fails after `full_after` rounds as a full disk would.
    #[derive(Default)]
    struct Recorder {
        started: Vec<(Round, Contender)>,
        finished: usize,
        rounds: Vec<usize>,
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
    }

    /// Each contender takes a different time, and every round is slower than the one before.
    fn slower_and_slower(round: Round, contender: Contender) -> Result<Sample, Abort> {
        let drift = match round {
            Round::Warmup(_) => 100,
            Round::Measured(n) => n as u64,
        };
        Ok(sample(drift * if contender.to_string() == "seq" { 2000 } else { 100 }))
    }

    #[test]
    fn each_round_runs_each_contender_once_in_the_order_that_is_recorded() {
        let setup = setup();
        let mut recorder = Recorder::default();
        let (measured, result) = run_rounds(&setup, slower_and_slower, &mut recorder);
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
        let (measured, _) = run_rounds(&setup, slower_and_slower, &mut Recorder::default());
        for contender in &setup.contenders {
            let mut samples = measured.samples(*contender);
            assert_eq!(samples.clone().count(), setup.runs);
            assert!(samples.all(|(_, sample)| sample.elapsed < Duration::from_secs(100)));
        }
    }

    #[test]
    fn drift_that_slows_every_round_does_not_affect_the_paired_ratios() {
        let setup = setup();
        let (measured, _) = run_rounds(&setup, slower_and_slower, &mut Recorder::default());
        let ratios = measured.ratios(contender("seq"), contender("threads"));
        assert_eq!(ratios, vec![20.0; setup.runs]);
    }

    #[test]
    fn the_observer_sees_each_measured_round_as_it_ends() {
        let setup = setup();
        let mut recorder = Recorder::default();
        let _ = run_rounds(&setup, slower_and_slower, &mut recorder);
        assert_eq!(recorder.rounds, (1..=setup.runs).collect::<Vec<_>>());
    }

    #[test]
    fn an_undecided_speedup_extends_the_comparison_up_to_max_runs() {
        let min_speedups = vec![min_speedup("threads", 20.0)];
        let setup = Setup { runs: 10, max_runs: 25, min_speedups, ..setup() };
        let (measured, _) = run_rounds(&setup, slower_and_slower, &mut Recorder::default());
        assert_eq!(measured.orders().len(), 25);
    }

    #[test]
    fn nothing_is_decided_between_looks_or_with_too_few_rounds_for_the_confidence() {
        let min_speedups = vec![min_speedup("threads", 5.0)];
        let rounds = |runs, max_runs| {
            let setup = Setup { runs, max_runs, min_speedups: min_speedups.clone(), ..setup() };
            let mut recorder = Recorder::default();
            run_rounds(&setup, slower_and_slower, &mut recorder).0.orders().len()
        };
        assert_eq!(rounds(6, 6), 6);
        assert_eq!(rounds(6, 24), 12, "6 rounds are too few for three looks");
        assert_eq!(rounds(7, 200), 14, "7 rounds are too few for six looks, and 8 are no look");
        assert_eq!(rounds(1, 5), 5);
    }

    #[test]
    fn it_ends_at_the_first_look_at_which_every_speedup_is_decided() {
        let min_speedups = vec![min_speedup("threads", 10.0), min_speedup("async", 30.0)];
        let setup = Setup { runs: 10, max_runs: 40, min_speedups, ..setup() };
        let mut recorder = Recorder::default();
        let (measured, _) = run_rounds(&setup, slower_and_slower, &mut recorder);
        assert_eq!(measured.orders().len(), 10);
    }

    #[test]
    fn a_signal_ends_it_with_the_runs_that_have_finished() {
        let setup = setup();
        let mut left = (setup.warmup + 2) * setup.contenders.len() + 1;
        let runner = |round, contender| {
            if left == 0 {
                return Err(Abort::Stopped(Signal::Interrupt));
            }
            left -= 1;
            slower_and_slower(round, contender)
        };
        let mut recorder = Recorder::default();
        let (measured, result) = run_rounds(&setup, runner, &mut recorder);
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
        let runner = |round, contender| match round {
            Round::Measured(2) if contender == rayon => {
                Err(Abort::Failed(anyhow!("ZZ: not found")))
            }
            _ => slower_and_slower(round, contender),
        };
        let mut recorder = Recorder::default();
        let (measured, result) = run_rounds(&setup, runner, &mut recorder);
        assert!(matches!(result, Err(Abort::Failed(_))));
        assert_eq!(recorder.started.last(), Some(&(Round::Measured(2), rayon)));
        assert_eq!(measured.samples(rayon).count(), 1);
    }

    #[test]
    fn results_that_cannot_be_written_end_it_after_the_round() {
        let setup = setup();
        let mut recorder = Recorder { full_after: Some(1), ..Recorder::default() };
        let (measured, result) = run_rounds(&setup, slower_and_slower, &mut recorder);
        assert!(matches!(result, Err(Abort::Failed(_))));
        assert_eq!(measured.orders().len(), 1);
    }
}
