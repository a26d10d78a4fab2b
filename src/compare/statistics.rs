//! Statistics of times: mean, deviation, median, extremes.

/// A summary of times, or of other numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stats {
    pub mean: f64,
    /// The sample standard deviation, with n − 1; `None` for a single value.
    pub stddev: Option<f64>,
    pub median: f64,
    pub min: f64,
    pub max: f64,
}

impl Stats {
    /// The summary of `values`, which are finite. `None` for no values.
    pub fn of(values: &[f64]) -> Option<Stats> {
        let median = median(values)?;
        let count = values.len() as f64;
        // The mean of equal values is exactly that value.
        let numbered = values.iter().zip(1..);
        let mean = numbered.fold(0.0, |mean, (value, n)| mean + (value - mean) / f64::from(n));
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        Some(Stats {
            mean,
            stddev: (values.len() > 1).then(|| (squares / (count - 1.0)).sqrt()),
            median,
            min: values.iter().copied().fold(f64::INFINITY, f64::min),
            max: values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        })
    }
}

/// The middle value, or the mean of the two middle values. `None` for no values.
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let upper = sorted.len() / 2;
    let lower = sorted.len().checked_sub(1)? / 2;
    Some(sorted[lower].midpoint(sorted[upper]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_summary_agrees_with_one_calculated_by_hand() {
        let stats = Stats::of(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]).unwrap();
        assert_eq!((stats.mean, stats.median, stats.min, stats.max), (5.0, 4.5, 2.0, 9.0));
        assert!((stats.stddev.unwrap() - (32.0f64 / 7.0).sqrt()).abs() < 1e-12);
        assert_eq!(Stats::of(&[3.0, 1.0, 2.0]).unwrap().median, 2.0);
    }

    #[test]
    fn equal_values_have_no_deviation() {
        let stats = Stats::of(&[0.2; 3]).unwrap();
        assert_eq!((stats.mean, stats.stddev), (0.2, Some(0.0)));
    }

    #[test]
    fn one_value_has_no_deviation_and_no_values_have_no_summary() {
        let stats = Stats::of(&[0.25]).unwrap();
        let one = Stats { mean: 0.25, stddev: None, median: 0.25, min: 0.25, max: 0.25 };
        assert_eq!(stats, one);
        assert_eq!(Stats::of(&[]), None);
        assert_eq!(median(&[]), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn the_order_of_the_values_does_not_matter(
            values in proptest::collection::vec(1e-6..1e4f64, 1..60)
        ) {
            let stats = Stats::of(&values).unwrap();
            prop_assert!(stats.min <= stats.median && stats.median <= stats.max);
            let backwards: Vec<_> = values.iter().rev().copied().collect();
            prop_assert_eq!(median(&values), median(&backwards));
        }
    }
}
