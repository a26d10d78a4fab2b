//! What many times come to: a middle, a spread, and how sure one can be of a middle.

use fastrand::Rng;
use statrs::statistics::{Data, Distribution, Max, Min, OrderStatistics};

/// How sure an [`Interval`] is.
pub const CONFIDENCE: f64 = 0.95;

/// How often the bootstrap draws anew: enough that further draws move an end by less than it shows.
const RESAMPLES: usize = 10_000;

/// How many values it draws at most, all in all: many values pin their median down with fewer resamples, and
/// intervals are wanted after every round.
const DRAWS: usize = 500_000;

/// The bootstrap's draws are the same each time, so that the same times give the same interval.
const SEED: u64 = 20;

/// Times, or other numbers, in brief.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stats {
    pub mean: f64,
    /// The sample standard deviation, with n − 1; one value has none.
    pub stddev: Option<f64>,
    pub median: f64,
    pub min: f64,
    pub max: f64,
}

/// From where to where, both included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

impl Stats {
    /// Of `values`, which are finite. Nothing where there are none.
    pub fn of(values: &[f64]) -> Option<Stats> {
        let data = Data::new(values.to_vec());
        Some(Stats {
            mean: data.mean()?,
            stddev: data.std_dev().filter(|_| values.len() > 1),
            median: median(values)?,
            min: data.min(),
            max: data.max(),
        })
    }
}

/// The value in the middle, or half-way between the two there. Nothing where there are none.
pub fn median(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| Data::new(values.to_vec()).median())
}

/// The percentile bootstrap interval of the median of `values`, at [`CONFIDENCE`]. Nothing where there are
/// none; for a single value, that value.
///
/// As many values as there are, are drawn from them again and again, each time with replacement; the
/// interval holds all but the outermost of those samples' medians (Efron & Tibshirani, *An Introduction to
/// the Bootstrap*, chapter 13). It assumes nothing about how the values are distributed.
pub fn median_interval(values: &[f64]) -> Option<Interval> {
    let middle = median(values)?;
    let mut rng = Rng::with_seed(SEED);
    let mut resample = values.to_vec();
    let resamples = (DRAWS / values.len()).clamp(1000, RESAMPLES);
    let medians: Vec<f64> = (0..resamples)
        .map(|_| {
            resample.fill_with(|| values[rng.usize(..values.len())]);
            Data::new(&mut resample[..]).median()
        })
        .collect();
    let mut medians = Data::new(medians);
    let outside = (1.0 - CONFIDENCE) / 2.0;
    // Rounding must not put the middle a hair outside.
    Some(Interval {
        low: medians.quantile(outside).min(middle),
        high: medians.quantile(1.0 - outside).max(middle),
    })
}

#[cfg(test)]
mod tests {
    use fastrand::Rng;
    use proptest::prelude::*;

    use super::*;

    fn times() -> impl Strategy<Value = Vec<f64>> {
        proptest::collection::vec(1e-6..1e4f64, 1..30)
    }

    #[test]
    fn a_spread_is_what_one_gets_by_hand() {
        let spread = Stats::of(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]).unwrap();
        assert_eq!((spread.mean, spread.median, spread.min, spread.max), (5.0, 4.5, 2.0, 9.0));
        assert!((spread.stddev.unwrap() - (32.0f64 / 7.0).sqrt()).abs() < 1e-12);
        assert_eq!(Stats::of(&[3.0, 1.0, 2.0]).unwrap().median, 2.0);
    }

    #[test]
    fn one_value_has_no_deviation_and_none_have_nothing() {
        let spread = Stats::of(&[0.25]).unwrap();
        let one = Stats { mean: 0.25, stddev: None, median: 0.25, min: 0.25, max: 0.25 };
        assert_eq!(spread, one);
        assert_eq!(Stats::of(&[]), None);
        assert_eq!(median_interval(&[]), None);
    }

    #[test]
    fn of_one_value_the_interval_is_that_value_and_of_two_it_goes_from_one_to_the_other() {
        assert_eq!(median_interval(&[3.5]), Some(Interval { low: 3.5, high: 3.5 }));
        assert_eq!(median_interval(&[2.0, 1.0]), Some(Interval { low: 1.0, high: 2.0 }));
    }

    #[test]
    fn one_wild_value_among_ten_does_not_bend_the_interval() {
        let mut values = [14.0, 14.1, 14.2, 14.3, 14.4, 14.5, 14.6, 14.7, 14.8, 14.9];
        let calm = median_interval(&values).unwrap();
        values[9] = 900.0;
        let wild = median_interval(&values).unwrap();
        assert!(wild.high <= 14.8 && wild.low == calm.low, "{wild:?}");
    }

    #[test]
    fn the_interval_holds_the_true_median_about_as_often_as_it_says() {
        let mut rng = Rng::with_seed(1);
        let trials = 100;
        let held = (0..trials).filter(|_| {
            let values: Vec<_> = (0..15).map(|_| 1.0 + rng.f64()).collect();
            median_interval(&values).is_some_and(|held| held.low <= 1.5 && 1.5 <= held.high)
        });
        let held = held.count();
        assert!((88..=100).contains(&held), "{held} of {trials}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn the_interval_holds_the_median_and_lies_within_the_values(values in times()) {
            let Interval { low, high } = median_interval(&values).unwrap();
            let spread = Stats::of(&values).unwrap();
            prop_assert!(spread.min <= low && low <= spread.median);
            prop_assert!(spread.median <= high && high <= spread.max);
        }

        #[test]
        fn the_same_values_give_the_same_interval(values in times()) {
            prop_assert_eq!(median_interval(&values), median_interval(&values));
        }

        #[test]
        fn a_spread_is_in_order_whatever_order_the_values_are_in(values in times()) {
            let spread = Stats::of(&values).unwrap();
            prop_assert!(spread.min <= spread.median && spread.median <= spread.max);
            let backwards: Vec<_> = values.iter().rev().copied().collect();
            prop_assert_eq!(median(&values), median(&backwards));
        }
    }
}
