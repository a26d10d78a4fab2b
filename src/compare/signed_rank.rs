//! What paired ratios say: the Hodges–Lehmann estimate, and the Wilcoxon signed-rank interval.

/// A confidence interval of a ratio; both ends are part of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
    /// The chance that the interval contains the true ratio, from 0 to 1. Less than requested if
    /// there are too few ratios.
    pub confidence: f64,
}

/// The largest number of ratios for which the distribution of the rank sum is calculated exactly.
const EXACT: usize = 25;

/// The ratio that `ratios` scatter around: the median of the geometric means of all pairs of them,
/// each paired with itself too. `None` for no ratios.
///
/// This is the Hodges–Lehmann estimate of the logarithms (Hodges & Lehmann, "Estimates of location
/// based on rank tests", *Annals of Mathematical Statistics* 34, 1963, 598–611). `ratios` are
/// greater than 0.
pub fn estimate(ratios: &[f64]) -> Option<f64> {
    let pairs = Pairs::of(ratios)?;
    let [lower, upper] = [pairs.count().div_ceil(2), pairs.count() / 2 + 1];
    Some((pairs.mean(lower) * pairs.mean(upper)).sqrt())
}

/// An interval that contains the true ratio with a chance of at least `confidence`, which is less
/// than 1. `None` for no ratios.
///
/// It contains each ratio that the signed-rank test does not reject (Wilcoxon, "Individual
/// comparisons by ranking methods", *Biometrics Bulletin* 1, 1945, 80–83). Its ends are geometric
/// means of pairs. Up to 25 ratios, the distribution of the rank sum is exact; above, it is the
/// normal approximation with a continuity correction. Fewer than 6 ratios cannot reach 95 %: then
/// the interval goes from the least ratio to the greatest and has a confidence of 1 − 2^(1 − n).
///
/// It assumes that the ratios are independent, and that their logarithms are distributed
/// symmetrically. Where they are skewed, the true ratio is the median of the geometric means of all
/// pairs, which is not the median, and the chance to contain it is not exact.
///
/// Coverage measured at 95 %, on 100,000 samples of each kind and number:
///
/// | ratios | 6 | 10 | 20 | 40 |
/// |---|---|---|---|---|
/// | normal, 10 % standard deviation | 96.8 % | 95.1 % | 95.1 % | 95.2 % |
/// | log-normal, 25 % | 96.8 % | 95.1 % | 95.1 % | 95.2 % |
/// | bimodal, half of them 49 % above the others | 96.9 % | 95.0 % | 95.2 % | 95.3 % |
/// | heavy-tailed: t with 2 degrees of freedom | 96.9 % | 95.1 % | 95.2 % | 95.2 % |
/// | recorded beside processes that burn a core by turns | 96.8 % | 95.0 % | 95.1 % | 95.1 % |
/// | skewed: exponential | 96.3 % | 94.9 % | 94.8 % | 94.7 % |
/// | skewed: 70 % near 1, 30 % near 1.55 | 88.2 % | 95.5 % | 94.4 % | 91.9 % |
pub fn interval(ratios: &[f64], confidence: f64) -> Option<Interval> {
    let pairs = Pairs::of(ratios)?;
    let tail = (1.0 - confidence) / 2.0;
    let rank = pairs_outside(ratios.len(), tail);
    let attainable = 1.0 - 2.0 * 0.5f64.powf(ratios.len() as f64);
    Some(Interval {
        low: pairs.mean(rank.max(1)),
        high: pairs.mean(pairs.count() + 1 - rank.max(1)),
        confidence: if rank == 0 { attainable } else { confidence },
    })
}

/// The smallest number of ratios that can reach this `confidence`: 6 for 95 %.
pub fn ratios_needed(confidence: f64) -> usize {
    1 + (-(1.0 - confidence).log2()).ceil() as usize
}

/// The pairs of some ratios, each ratio paired with itself too, ordered by their geometric means.
struct Pairs {
    /// The ratios in ascending order; at least one.
    sorted: Vec<f64>,
}

impl Pairs {
    fn of(ratios: &[f64]) -> Option<Pairs> {
        let mut sorted = ratios.to_vec();
        sorted.sort_by(f64::total_cmp);
        (!sorted.is_empty()).then_some(Pairs { sorted })
    }

    fn count(&self) -> usize {
        self.sorted.len() * (self.sorted.len() + 1) / 2
    }

    /// The geometric mean of the pair of this rank, counted from 1 at the least one. It is found by
    /// bisection, so that the pairs need not be stored: there can be millions.
    fn mean(&self, rank: usize) -> f64 {
        let (mut low, mut high) = (0.0, self.sorted[self.sorted.len() - 1]);
        loop {
            let middle = f64::midpoint(low, high);
            if middle <= low || middle >= high {
                return high;
            }
            match self.up_to(middle) >= rank {
                true => high = middle,
                false => low = middle,
            }
        }
    }

    /// The number of pairs with a geometric mean up to `limit`.
    fn up_to(&self, limit: f64) -> usize {
        let (mut pairs, mut partners) = (0, self.sorted.len());
        for (n, ratio) in self.sorted.iter().enumerate() {
            while partners > n && (ratio * self.sorted[partners - 1]).sqrt() > limit {
                partners -= 1;
            }
            pairs += partners.saturating_sub(n);
        }
        pairs
    }
}

/// The number of rank sums at one end of the distribution for `count` ratios that together have a
/// chance of at most `tail`. As many pairs lie outside the interval, less one, on each side.
fn pairs_outside(count: usize, tail: f64) -> usize {
    let n = count as f64;
    let mean = n * (n + 1.0) / 4.0;
    if count > EXACT {
        let deviation = (mean * (2.0 * n + 1.0) / 6.0).sqrt();
        return (mean + 0.5 - normal_quantile(tail) * deviation) as usize;
    }
    // Each rank is part of the sum with a chance of one half.
    let mut chances = vec![0.0; mean as usize + 1];
    chances[0] = 0.5f64.powf(n);
    for rank in 1..=count {
        for sum in (rank..chances.len()).rev() {
            chances[sum] += chances[sum - rank];
        }
    }
    let mut cumulated = 0.0;
    let is_outside = |chance: &&f64| {
        cumulated += **chance;
        cumulated <= tail
    };
    chances.iter().take_while(is_outside).count()
}

/// The distance from the mean, in standard deviations, beyond which a normal distribution has this
/// `tail` on one side. Accurate to 0.00045 (Abramowitz & Stegun, 1964, 26.2.23).
fn normal_quantile(tail: f64) -> f64 {
    let t = (-2.0 * tail.ln()).sqrt();
    let above = 2.515517 + t * (0.802853 + t * 0.010328);
    let below = 1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308));
    t - above / below
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ratios() -> impl Strategy<Value = Vec<f64>> {
        proptest::collection::vec(1e-3..1e3f64, 1..40)
    }

    fn ends(ratios: &[f64], confidence: f64) -> (f64, f64) {
        let interval = interval(ratios, confidence).unwrap();
        (interval.low, interval.high)
    }

    /// The geometric means of all pairs, in ascending order.
    fn pair_means(ratios: &[f64]) -> Vec<f64> {
        let pairs = |n: usize| ratios[n..].iter().map(move |other| (ratios[n] * other).sqrt());
        let mut means: Vec<_> = (0..ratios.len()).flat_map(pairs).collect();
        means.sort_by(f64::total_cmp);
        means
    }

    #[test]
    fn the_estimate_is_the_median_of_the_geometric_means_of_all_pairs() {
        // The means are 1, 2, 4, 4, 8 and 16.
        assert_eq!(estimate(&[16.0, 1.0, 4.0]), Some(4.0));
        // 1, 3, 9.
        assert_eq!(estimate(&[1.0, 9.0]), Some(3.0));
        assert_eq!(estimate(&[12.5]), Some(12.5));
        assert_eq!(estimate(&[]), None);
    }

    #[test]
    fn the_ends_have_the_ranks_of_published_tables() {
        // The critical values of the two-sided signed-rank test at 5 % and 2 %, and one more: the
        // rank of the end among the pairs.
        for (count, at_95, at_98) in
            [(6, 1, 1), (7, 3, 1), (8, 4, 2), (9, 6, 4), (10, 9, 6), (20, 53, 44), (25, 90, 77)]
        {
            assert_eq!(pairs_outside(count, 0.025), at_95, "{count} at 95 %");
            assert_eq!(pairs_outside(count, 0.01).max(1), at_98, "{count} at 98 %");
        }
    }

    #[test]
    fn the_normal_approximation_takes_over_without_a_jump() {
        for (tail, exact, approximate) in [(0.025, 90, 98), (0.05 / 6.0, 75, 81)] {
            assert_eq!(pairs_outside(EXACT, tail), exact);
            assert_eq!(pairs_outside(EXACT + 1, tail), approximate);
        }
        for (tail, quantile) in [(0.025, 1.959964), (0.0125, 2.241403), (0.005, 2.575829)] {
            assert!((normal_quantile(tail) - quantile).abs() < 4.5e-4, "{tail}");
        }
    }

    #[test]
    fn too_few_ratios_give_their_range_with_the_confidence_that_it_has() {
        for (count, confidence) in [(1, 0.0), (2, 0.5), (5, 0.9375), (6, 0.95)] {
            let ratios: Vec<_> = (1..=count).map(f64::from).collect();
            let whole = Interval { low: 1.0, high: count.into(), confidence };
            assert_eq!(interval(&ratios, 0.95), Some(whole));
        }
        assert_eq!(interval(&[], 0.95), None);
        assert_eq!([0.95, 1.0 - 0.05 / 3.0, 0.99].map(ratios_needed), [6, 7, 8]);
    }

    #[test]
    fn an_outlier_among_twenty_ratios_hardly_moves_estimate_and_interval() {
        let mut ratios: Vec<_> = (0..20).map(|n| 14.0 + f64::from(n) / 20.0).collect();
        let (calm, (low, high)) = (estimate(&ratios).unwrap(), ends(&ratios, 0.95));
        ratios[19] = 900.0;
        assert!((estimate(&ratios).unwrap() - calm).abs() < 0.1);
        assert!((ends(&ratios, 0.95).0 - low).abs() < 0.1);
        assert!((ends(&ratios, 0.95).1 - high).abs() < 0.2, "{:?}", ends(&ratios, 0.95));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_pair_is_found_by_its_rank(ratios in ratios()) {
            let pairs = Pairs::of(&ratios).unwrap();
            let means = pair_means(&ratios);
            prop_assert_eq!(pairs.count(), means.len());
            for (n, mean) in means.iter().enumerate() {
                prop_assert!((pairs.mean(n + 1) / mean - 1.0).abs() < 1e-12);
            }
        }

        #[test]
        fn the_interval_contains_the_estimate_and_lies_within_the_ratios(
            ratios in ratios(),
            confidence in 0.5..0.999f64,
        ) {
            let (low, high) = ends(&ratios, confidence);
            let estimate = estimate(&ratios).unwrap();
            prop_assert!(low <= estimate * (1.0 + 1e-12) && estimate <= high * (1.0 + 1e-12));
            prop_assert!(ratios.iter().any(|ratio| *ratio <= low * (1.0 + 1e-12)));
            prop_assert!(ratios.iter().any(|ratio| *ratio >= high * (1.0 - 1e-12)));
        }

        #[test]
        fn more_confidence_takes_an_interval_at_least_as_wide(
            ratios in ratios(),
            confidence in 0.5..0.98f64,
        ) {
            let (low, high) = ends(&ratios, confidence);
            let (lower, higher) = ends(&ratios, confidence + 0.01);
            prop_assert!(lower <= low && high <= higher);
        }

        #[test]
        fn the_reciprocal_ratios_have_the_reciprocal_interval(ratios in ratios()) {
            let (low, high) = ends(&ratios, 0.95);
            let reciprocals: Vec<_> = ratios.iter().map(|ratio| 1.0 / ratio).collect();
            let (least, greatest) = ends(&reciprocals, 0.95);
            prop_assert!((least * high - 1.0).abs() < 1e-9);
            prop_assert!((greatest * low - 1.0).abs() < 1e-9);
        }
    }
}
