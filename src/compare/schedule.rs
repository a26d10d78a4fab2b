//! The order of the contenders in each round.

use super::Contender;

/// A round, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Round {
    /// A round whose times are discarded.
    Warmup(usize),
    /// A round whose times are measured.
    Measured(usize),
}

/// The rounds of a comparison of `contenders`, each with its order. `contenders` has no duplicates.
///
/// The orders are balanced and deterministic: they are the rows of a Williams design (E. J.
/// Williams, 1949). Over as many rounds as there are contenders, each has each position once, and
/// over a whole period each follows each other one equally often. Carry-over from one run to the
/// next and drift over time therefore affect all contenders alike.
///
/// The measured rounds begin with the first row of the design, whatever the number of warm-up
/// rounds.
pub fn rounds(
    contenders: &[Contender],
    warmup: usize,
    runs: usize,
) -> impl Iterator<Item = (Round, Vec<Contender>)> {
    let period = period(contenders.len());
    // Warm-up takes the last rows of the period, so that no order comes twice in a row.
    let warm = (1..=warmup).map(move |n| (Round::Warmup(n), period - 1 - (warmup - n) % period));
    let counted = (1..=runs).map(move |n| (Round::Measured(n), (n - 1) % period));
    warm.chain(counted).map(|(round, row)| {
        let order = row_of_design(contenders.len(), row);
        (round, order.map(|place| contenders[place]).collect())
    })
}

impl Round {
    /// The seed of this round's weather, derived from the comparison's seed `base`.
    pub fn seed(self, base: u64) -> u64 {
        // Warm-up rounds count down from the maximum, so that their number changes no other seed.
        let number = match self {
            Round::Warmup(n) => !(n as u64),
            Round::Measured(n) => n as u64,
        };
        let mixed = fastrand::Rng::with_seed(base).u64(..) ^ number;
        fastrand::Rng::with_seed(mixed).u64(..)
    }
}

impl std::fmt::Display for Round {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Round::Warmup(n) => write!(f, "warm-up round {n}"),
            Round::Measured(n) => write!(f, "round {n}"),
        }
    }
}

/// The number of rows in the design: an odd `size` needs each row a second time, reversed.
fn period(size: usize) -> usize {
    if size.is_multiple_of(2) { size.max(1) } else { 2 * size }
}

/// One row of the Williams design for `size` contenders, as indices.
fn row_of_design(size: usize, row: usize) -> impl Iterator<Item = usize> {
    let reversed = row >= size;
    (0..size).map(move |place| {
        let place = if reversed { size - 1 - place } else { place };
        // The first row is 0, 1, n−1, 2, n−2 …; each further row adds one, modulo n.
        let first = if place % 2 == 1 { place.div_ceil(2) } else { size - place / 2 };
        (first + row) % size
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;
    use crate::compare::fixtures;
    use crate::downloader::Mode;

    fn contenders(number: usize) -> Vec<Contender> {
        let jobs: Vec<_> = (1..=number).collect();
        fixtures::contenders(&[Mode::Threads], &jobs)
    }

    fn orders(size: usize, rounds: usize) -> Vec<Vec<usize>> {
        (0..rounds).map(|n| row_of_design(size, n % period(size)).collect()).collect()
    }

    fn spread(counts: impl Iterator<Item = usize> + Clone) -> usize {
        counts.clone().max().unwrap_or(0) - counts.min().unwrap_or(0)
    }

    proptest! {
        #[test]
        fn each_contender_has_each_position_equally_often_or_once_more(
            size in 1usize..9, rounds in 1usize..60,
        ) {
            let orders = orders(size, rounds);
            for place in 0..size {
                let counts = (0..size)
                    .map(|index| orders.iter().filter(|order| order[place] == index).count());
                prop_assert!(spread(counts) <= 1, "place {place} of {orders:?}");
            }
        }

        #[test]
        fn each_round_runs_each_contender_once(size in 1usize..9, rounds in 1usize..60) {
            for order in orders(size, rounds) {
                let different: HashSet<_> = order.iter().collect();
                prop_assert_eq!((order.len(), different.len()), (size, size));
            }
        }

        #[test]
        fn no_order_comes_twice_in_a_row_even_after_the_warm_up(
            size in 2usize..5, warmup in 0usize..9, runs in 1usize..30,
        ) {
            let contenders = contenders(size);
            let orders: Vec<_> =
                rounds(&contenders, warmup, runs).map(|(_, order)| order).collect();
            prop_assert_eq!(orders.len(), warmup + runs);
            for pair in orders.windows(2) {
                prop_assert_ne!(&pair[0], &pair[1]);
            }
        }

        #[test]
        fn over_a_period_each_contender_follows_each_other_one_equally_often(size in 2usize..9) {
            let orders = orders(size, period(size));
            let follows = |a: usize, b: usize| {
                let pairs = orders.iter().flat_map(|order| order.windows(2));
                pairs.filter(|pair| pair[..] == [a, b]).count()
            };
            let counts: HashSet<_> = (0..size)
                .flat_map(|a| (0..size).filter(move |b| *b != a).map(move |b| (a, b)))
                .map(|(a, b)| follows(a, b))
                .collect();
            prop_assert_eq!(counts.len(), 1, "{:?}", orders);
        }
    }

    #[test]
    fn warm_up_rounds_come_first_and_change_nothing_about_the_measured_rounds() {
        let contenders = contenders(4);
        let counted = |warmup| -> Vec<_> { rounds(&contenders, warmup, 6).skip(warmup).collect() };
        assert_eq!(counted(0), counted(3));
        let rounds: Vec<_> = rounds(&contenders, 2, 1).map(|(round, _)| round).collect();
        assert_eq!(rounds, [Round::Warmup(1), Round::Warmup(2), Round::Measured(1)]);
    }

    #[test]
    fn the_measured_rounds_continue_the_sequence_of_orders_that_the_warm_up_begins() {
        for size in [3, 4] {
            let contenders = contenders(size);
            let orders = |warmup, runs| -> Vec<_> {
                rounds(&contenders, warmup, runs).map(|(_, order)| order).collect()
            };
            let period = period(size);
            for warmup in 1..=period {
                assert_eq!(orders(warmup, 5), orders(0, period + 5)[period - warmup..]);
            }
        }
    }

    #[test]
    fn each_round_has_its_own_reproducible_seed() {
        let rounds = (1..50).flat_map(|n| [Round::Warmup(n), Round::Measured(n)]);
        let seeds: Vec<_> =
            rounds.clone().flat_map(|round| [round.seed(0), round.seed(1)]).collect();
        assert_eq!(seeds.iter().collect::<HashSet<_>>().len(), seeds.len());
        let again: Vec<_> = rounds.flat_map(|round| [round.seed(0), round.seed(1)]).collect();
        assert_eq!(seeds, again);
    }
}
