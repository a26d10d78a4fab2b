//! The error rates of `--min-speedup`, simulated: whole comparisons with random times.

use std::time::Duration;

use fastrand::Rng;

use super::fixtures::{RATIOS, RECORDED, Ratio, Unobserved, contender, min_speedup, sample, setup};
use super::{Contender, Results, Sample, Setup, Verdict, run_rounds};

/// The share of `trials` comparisons in which a `--min-speedup` at `factor` failed, with 10 rounds
/// and up to `max_runs`. `seq` always takes one second; the other contenders, each with a
/// `--min-speedup`, take one second divided by a random ratio. The true speedup is 1.
fn failed(trials: usize, max_runs: usize, names: &[&str], factor: f64, ratio: Ratio) -> f64 {
    let min_speedups = names.iter().map(|name| min_speedup(name, factor)).collect();
    let names = ["seq"].iter().chain(names);
    let contenders = names.map(|name| contender(name)).collect();
    let setup =
        Setup { contenders, weather: None, warmup: 0, runs: 10, max_runs, min_speedups, ..setup() };
    let (mut rng, cpu) = (Rng::with_seed(3), sample(1).cpu);
    let mut run = |_, contender: Contender| {
        let ratio = if contender == setup.reference { 1.0 } else { ratio(&mut rng) };
        let elapsed = Duration::from_secs_f64(1.0 / ratio);
        Ok(Sample { elapsed, cpu, exit_code: 0, retries: 0, outcomes: Vec::new() })
    };
    let failed = (0..trials).filter(|_| {
        let (measured, _) = run_rounds(&setup, &mut run, &mut Unobserved);
        Results::new(&setup, &measured).checks[0].verdict() == Verdict::Failed
    });
    failed.count() as f64 / trials as f64
}

#[test]
fn a_min_speedup_at_the_true_speedup_fails_in_at_most_3_percent_of_10_000_comparisons() {
    let share = failed(10_000, 40, &["threads"], 1.0, RECORDED);
    assert!(share <= 0.03, "{share}");
}

#[test]
fn the_distribution_of_the_ratios_hardly_changes_how_often_it_fails() {
    for (name, ratio) in RATIOS {
        let share = failed(1000, 40, &["threads"], 1.0, ratio);
        assert!(share <= 0.04, "{share} of {name}");
    }
}

#[test]
fn a_second_min_speedup_does_not_make_the_first_fail_more_often() {
    let share = failed(1000, 40, &["threads", "async"], 1.0, RECORDED);
    assert!(share <= 0.03, "{share}");
}

#[test]
fn a_min_speedup_10_percent_too_high_fails_in_half_of_the_comparisons_with_up_to_40_rounds() {
    let share = failed(500, 40, &["threads"], 1.1, RECORDED);
    assert!(share >= 0.5, "{share}");
}

#[test]
fn a_min_speedup_25_percent_too_high_fails_in_80_percent_of_single_looks_at_10_rounds() {
    let share = failed(500, 10, &["threads"], 1.25, RECORDED);
    assert!(share >= 0.8, "{share}");
}
