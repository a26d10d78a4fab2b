//! Whether the measurements are too noisy to decide a useful `--min-speedup`.

use super::median_interval::{CONFIDENCE, median_interval};
use super::statistics::median;
use super::{Results, Sample};
use crate::origin::Weather;

/// A comparison should be able to decide a `--min-speedup` that differs from the true speedup by
/// this share of it.
const DECIDABLE_DISTANCE: f64 = 0.2;

impl Results<'_> {
    /// A warning if the times of the reference spread so widely that no `--min-speedup` within
    /// 20 % of the true speedup could be decided.
    ///
    /// The criterion: the interval of the median of the reference's times is wider than 40 % of
    /// that median. If the shortest possible times are known, the times are divided by them,
    /// because they differ from round to round. There is no warning if every `--min-speedup` was
    /// decided, if there are too few rounds for the interval, or with injected faults, which make
    /// the times differ by design.
    pub fn noise_warning(&self) -> Option<String> {
        let faulty = self.setup.weather.as_ref().is_some_and(Weather::has_faults);
        let decided = !self.checks.is_empty() && self.all_decided();
        if faulty || decided {
            return None;
        }
        let reference = self.of(self.setup.reference)?;
        let confidence = self.setup.looks().confidence();
        let spread = relative_width(&relative_times(&reference.samples), confidence)?;
        (spread > 2.0 * DECIDABLE_DISTANCE).then(|| {
            format!(
                "the times of {} are known to ±{:.0} % only, too noisy for a useful --min-speedup; \
                 use more rounds (--runs) or a quieter machine",
                reference.contender,
                spread / 2.0 * 100.0
            )
        })
    }
}

/// The times in units of the shortest possible time; in seconds if that is not always known.
fn relative_times(samples: &[&Sample]) -> Vec<f64> {
    let relative = |sample: &Sample| Some(sample.seconds() / sample.ideal?.as_secs_f64());
    let relative: Option<Vec<_>> = samples.iter().map(|sample| relative(sample)).collect();
    relative.unwrap_or_else(|| samples.iter().map(|sample| sample.seconds()).collect())
}

/// The width of the median's interval, as a share of the median. `None` if `times` are too few for
/// 95 % confidence.
///
/// A speedup is the reference's time divided by another time. Even if that other time never
/// changed, the speedup's interval would be as wide as this one.
///
/// Measured at 95 % on 10 rounds whose times vary by 3, 7, 15, 20, 30, 50 and 80 %: the width is
/// more than 40 % in 0, 0, 2, 17, 66, 96 and 99.8 % of comparisons; with 40 rounds, in 0, 0, 0, 0,
/// 0.7, 49 and 97 %.
fn relative_width(times: &[f64], confidence: f64) -> Option<f64> {
    let (middle, interval) = (median(times)?, median_interval(times, confidence)?);
    (interval.confidence >= CONFIDENCE).then(|| (interval.high - interval.low) / middle)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use fastrand::Rng;

    use super::*;
    use crate::compare::fixtures::{measured, min_speedup, normal, setup};
    use crate::compare::{Contender, Measured, MinSpeedup, Round, Setup};

    #[test]
    fn the_interval_of_steady_times_is_narrow_and_that_of_erratic_times_is_wide() {
        let mut rng = Rng::with_seed(4);
        let mut wide = |spread: f64, count: usize| {
            let wide = (0..500).filter(|_| {
                let times: Vec<_> = (0..count).map(|_| (spread * normal(&mut rng)).exp()).collect();
                relative_width(&times, 0.95).is_some_and(|width| width > 2.0 * DECIDABLE_DISTANCE)
            });
            wide.count()
        };
        for count in [6, 10, 40] {
            assert_eq!(wide(0.03, count), 0, "{count}");
        }
        assert!(wide(0.1, 10) <= 5);
        assert!(wide(0.8, 10) >= 475);
        assert_eq!(wide(0.8, 5), 0);
    }

    /// Ten rounds in which `seq` takes 1 s and 3 s by turns, and the others take 100 ms.
    fn noisy(min_speedups: Vec<MinSpeedup>) -> (Setup, Measured) {
        alternating([1000, 3000], min_speedups)
    }

    /// Ten rounds in which `seq` takes these two times by turns, and the others take 100 ms.
    fn alternating(seq: [u64; 2], min_speedups: Vec<MinSpeedup>) -> (Setup, Measured) {
        let setup = Setup { runs: 10, max_runs: 10, min_speedups, ..setup() };
        let times = |round, contender: Contender| match round {
            Round::Measured(n) if contender.to_string() == "seq" => Some(seq[n % 2]),
            _ => Some(100),
        };
        let mut measured = measured(&setup, times);
        for sample in measured.samples_mut(setup.reference) {
            sample.ideal = None;
        }
        (setup, measured)
    }

    #[test]
    fn a_noisy_reference_is_reported_with_what_to_do() {
        let (setup, measured) = noisy(vec![min_speedup("threads", 20.0)]);
        let warning = Results::new(&setup, &measured).noise_warning().unwrap();
        let expected = "the times of seq are known to ±50 % only, too noisy for a useful \
                        --min-speedup; use more rounds (--runs) or a quieter machine";
        assert_eq!(warning, expected);
    }

    #[test]
    fn there_is_a_warning_only_beyond_20_percent() {
        let warns = |seq| {
            let (setup, measured) = alternating(seq, Vec::new());
            Results::new(&setup, &measured).noise_warning().is_some()
        };
        assert!(!warns([4000, 6000]));
        assert!(warns([3990, 6010]));
    }

    #[test]
    fn there_is_no_warning_when_every_speedup_is_decided_or_when_faults_are_injected() {
        let (setup, measured) = noisy(vec![min_speedup("threads", 5.0)]);
        assert_eq!(Results::new(&setup, &measured).noise_warning(), None);
        let (setup, measured) = noisy(Vec::new());
        assert!(Results::new(&setup, &measured).noise_warning().is_some());
        let setup = Setup { weather: Some(Weather::failing()), ..setup };
        assert_eq!(Results::new(&setup, &measured).noise_warning(), None);
    }

    #[test]
    fn times_that_differ_only_as_the_delays_do_are_not_noise() {
        let (setup, mut measured) = noisy(Vec::new());
        for sample in measured.samples_mut(setup.reference) {
            sample.ideal = Some(sample.elapsed / 2);
        }
        assert_eq!(Results::new(&setup, &measured).noise_warning(), None);
        for sample in measured.samples_mut(setup.reference) {
            sample.ideal = Some(Duration::from_millis(250));
        }
        assert!(Results::new(&setup, &measured).noise_warning().is_some());
    }
}
