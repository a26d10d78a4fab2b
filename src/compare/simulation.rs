//! The error rates of `--min-speedup`, simulated: whole comparisons with random times.

use std::time::Duration;

use fastrand::Rng;

use super::fixtures::{RATIOS, Ratio, Unobserved, contender, min_speedup, sample, setup};
use super::{Abort, Contender, Results, Round, Runner, Sample, Setup, Verdict, run_rounds};

/// `seq` always takes one second; the others take one second divided by a random speedup.
struct RandomSpeedups {
    ratio: Ratio,
    rng: Rng,
}

impl Runner for RandomSpeedups {
    fn run(&mut self, _: Round, contender: Contender) -> Result<Sample, Abort> {
        let speedup =
            if contender.to_string() == "seq" { 1.0 } else { (self.ratio)(&mut self.rng) };
        let elapsed = Duration::from_secs_f64(1.0 / speedup);
        Ok(Sample { elapsed, outcomes: Vec::new(), ..sample(1) })
    }
}

/// The share of `trials` comparisons in which the first `--min-speedup` failed. Each comparison has
/// one `--min-speedup` for each name in `checked`, all at `factor`. The true speedups are 1.
fn failed(trials: usize, checked: &[&str], factor: f64, ratio: Ratio) -> f64 {
    let min_speedups: Vec<_> = checked.iter().map(|name| min_speedup(name, factor)).collect();
    let names = ["seq"].iter().chain(checked);
    let contenders = names.map(|name| contender(name)).collect();
    let setup = Setup { contenders, warmup: 0, runs: 10, max_runs: 40, min_speedups, ..setup() };
    let mut runner = RandomSpeedups { ratio, rng: Rng::with_seed(3) };
    let failed = (0..trials).filter(|_| {
        let (measured, _) = run_rounds(&setup, &mut runner, &mut Unobserved);
        Results::new(&setup, &measured).checks[0].verdict() == Verdict::Failed
    });
    failed.count() as f64 / trials as f64
}

#[test]
fn a_min_speedup_at_the_true_speedup_fails_in_at_most_2_5_percent_of_comparisons() {
    for (which, ratio) in RATIOS.into_iter().enumerate() {
        let share = failed(500, &["threads"], 1.0, ratio);
        assert!(share <= 0.025, "{share} of distribution {which}");
    }
}

#[test]
fn a_second_min_speedup_does_not_make_the_first_fail_more_often() {
    let share = failed(500, &["threads", "async"], 1.0, RATIOS[0]);
    assert!(share <= 0.025, "{share}");
}

#[test]
fn a_speedup_20_percent_below_the_minimum_fails_in_at_least_95_percent_of_comparisons() {
    // Not the clustered ratios, which need more rounds: three in ten lie above the minimum.
    for (which, ratio) in RATIOS[..4].iter().enumerate() {
        let share = failed(200, &["threads"], 1.0 / 0.8, *ratio);
        assert!(share >= 0.95, "{share} of distribution {which}");
    }
}
