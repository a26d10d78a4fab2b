//! The loop over the rounds.

use super::schedule::{Round, rounds};
use super::speedup::{Verdict, checks};
use super::{Contender, Measured, Sample, Setup};

/// Runs the rounds of `setup` and adds what they measure to `measured`, up to the first look that
/// decides every `--min-speedup`, or the last one.
///
/// `run` runs a contender once, as part of a round. It returns `None` after a signal, which ends
/// the comparison. `round_finished` is called after each measured round. At each look, all checks
/// are decided again: if each `--min-speedup` kept its first verdict, their errors would add up.
///
/// # Errors
/// Those of `run` and `round_finished`, which end the comparison. The finished runs of an
/// unfinished round are measured, though speedups use only rounds that have both runs of a pair.
pub fn run_rounds(
    setup: &Setup,
    measured: &mut Measured,
    mut run: impl FnMut(Round, Contender) -> anyhow::Result<Option<Sample>>,
    mut round_finished: impl FnMut(&Measured) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let looks = setup.looks();
    for (round, order) in rounds(&setup.contenders, setup.warmup, setup.max_runs, setup.seed()) {
        for contender in order {
            let Some(sample) = run(round, contender)? else { return Ok(()) };
            if let Round::Measured(number) = round {
                measured.add(number, contender, sample);
            }
        }
        if let Round::Measured(number) = round {
            round_finished(measured)?;
            if let Some(look) = looks.iter().find(|look| look.runs == number) {
                let checks = checks(setup, measured, look.confidence);
                if checks.iter().all(|check| check.verdict() != Verdict::Inconclusive) {
                    break;
                }
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
    use crate::compare::fixtures::{contender, min_speedup, sample, setup};

    /// Each contender takes a different time, and every round is slower than the one before.
    fn slower_and_slower(round: Round, contender: Contender) -> anyhow::Result<Option<Sample>> {
        let drift = match round {
            Round::Warmup(_) => 100,
            Round::Measured(n) => n as u64,
        };
        Ok(Some(sample(drift * if contender.to_string() == "seq" { 2000 } else { 100 })))
    }

    /// The measurements of a comparison that nothing ends early.
    fn measured(setup: &Setup) -> Measured {
        let mut measured = Measured::default();
        run_rounds(setup, &mut measured, slower_and_slower, |_| Ok(())).unwrap();
        measured
    }

    #[test]
    fn each_round_runs_each_contender_once_in_the_order_that_is_recorded() {
        let setup = setup();
        let (mut measured, mut started) = (Measured::default(), Vec::new());
        let run = |round, contender| {
            started.push((round, contender));
            slower_and_slower(round, contender)
        };
        run_rounds(&setup, &mut measured, run, |_| Ok(())).unwrap();
        let per_round = setup.contenders.len();
        assert_eq!(started.len(), (setup.warmup + setup.runs) * per_round);
        let after_warmup = started.split_off(setup.warmup * per_round);
        assert!(after_warmup.iter().all(|(round, _)| matches!(round, Round::Measured(_))));
        let ran: Vec<_> = after_warmup.into_iter().map(|(_, contender)| contender).collect();
        assert_eq!(ran, measured.orders().concat());
    }

    #[test]
    fn warm_up_rounds_are_not_measured() {
        let setup = setup();
        let measured = measured(&setup);
        for contender in &setup.contenders {
            let mut samples = measured.samples(*contender);
            assert_eq!(samples.clone().count(), setup.runs);
            assert!(samples.all(|(_, sample)| sample.elapsed < Duration::from_secs(100)));
        }
    }

    #[test]
    fn drift_that_slows_every_round_does_not_affect_the_paired_ratios() {
        let setup = setup();
        let ratios = measured(&setup).ratios(contender("seq"), contender("threads"));
        assert_eq!(ratios, vec![20.0; setup.runs]);
    }

    #[test]
    fn each_measured_round_is_announced_as_it_ends() {
        let (setup, mut finished) = (setup(), Vec::new());
        let round_finished = |measured: &Measured| {
            finished.push(measured.orders().len());
            Ok(())
        };
        run_rounds(&setup, &mut Measured::default(), slower_and_slower, round_finished).unwrap();
        assert_eq!(finished, [1, 2, 3]);
    }

    /// The number of rounds with a `--min-speedup` of this factor. The speedup is 20.
    fn rounds_to_decide(factor: f64, runs: usize, max_runs: usize) -> usize {
        let min_speedups = vec![min_speedup("threads", factor)];
        measured(&Setup { runs, max_runs, min_speedups, ..setup() }).orders().len()
    }

    #[test]
    fn it_ends_at_the_first_look_at_which_every_speedup_is_decided_or_at_the_last() {
        assert_eq!(rounds_to_decide(10.0, 10, 40), 10);
        assert_eq!(rounds_to_decide(30.0, 10, 40), 10);
        assert_eq!(rounds_to_decide(20.0, 10, 25), 25);
        let min_speedups = vec![min_speedup("threads", 10.0), min_speedup("async", 20.0)];
        let setup = Setup { runs: 10, max_runs: 25, min_speedups, ..setup() };
        assert_eq!(measured(&setup).orders().len(), 25);
    }

    #[test]
    fn nothing_is_decided_between_looks_or_with_too_few_rounds_for_the_confidence() {
        assert_eq!(rounds_to_decide(5.0, 6, 6), 6);
        assert_eq!(rounds_to_decide(5.0, 6, 24), 12, "6 rounds are too few for three looks");
        assert_eq!(rounds_to_decide(5.0, 7, 200), 14, "7 are too few for six, and 8 no look");
        assert_eq!(rounds_to_decide(5.0, 1, 5), 5);
    }

    #[test]
    fn a_signal_ends_it_with_the_runs_that_have_finished() {
        let setup = setup();
        let (mut measured, mut finished) = (Measured::default(), 0);
        let mut left = (setup.warmup + 2) * setup.contenders.len() + 1;
        let run = |round, contender| {
            if left == 0 {
                return Ok(None);
            }
            left -= 1;
            slower_and_slower(round, contender)
        };
        let round_finished = |_: &Measured| {
            finished += 1;
            Ok(())
        };
        run_rounds(&setup, &mut measured, run, round_finished).unwrap();
        let runs: Vec<_> = measured.orders().iter().map(Vec::len).collect();
        assert_eq!((&runs[..], finished), (&[4, 4, 1][..], 2));
        // The single run of the third round has no partner.
        assert_eq!(measured.ratios(contender("seq"), contender("threads")).len(), 2);
    }

    #[test]
    fn a_run_that_fails_ends_it_at_once_and_is_not_measured() {
        let (setup, rayon) = (setup(), contender("rayon"));
        let (mut measured, mut last) = (Measured::default(), None);
        let run = |round, contender| {
            last = Some((round, contender));
            match round {
                Round::Measured(2) if contender == rayon => Err(anyhow!("ZZ")),
                _ => slower_and_slower(round, contender),
            }
        };
        let error = run_rounds(&setup, &mut measured, run, |_| Ok(())).unwrap_err();
        assert_eq!(error.to_string(), "ZZ");
        assert_eq!(last, Some((Round::Measured(2), rayon)));
        assert_eq!(measured.samples(rayon).count(), 1);
    }

    #[test]
    fn results_that_cannot_be_written_end_it_after_the_round() {
        let (setup, mut measured) = (setup(), Measured::default());
        let full = |_: &Measured| Err(anyhow!("the disk is full"));
        let error = run_rounds(&setup, &mut measured, slower_and_slower, full).unwrap_err();
        assert_eq!(error.to_string(), "the disk is full");
        assert_eq!(measured.orders().len(), 1);
    }
}
