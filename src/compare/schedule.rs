//! Whose turn it is: the order of the modes in each round.

use crate::downloader::Mode;

/// A balanced order for each round, the same each time.
///
/// The rounds are the rows of a Williams design: over as many rounds as there are modes, each mode stands
/// in each place once, and over a whole period each mode follows each other one equally often. What a run
/// leaves behind for the next, and what drifts while they go on, so falls on all alike.
#[derive(Debug, Clone)]
pub struct Schedule {
    modes: Vec<Mode>,
}

/// A round, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Round {
    /// One whose times are thrown away.
    Warmup(usize),
    /// One whose times count.
    Counted(usize),
}

impl Schedule {
    /// For these modes, each of them once.
    pub fn new(modes: &[Mode]) -> Schedule {
        Schedule { modes: modes.to_vec() }
    }

    /// The rounds of a comparison, each with its order.
    ///
    /// The rounds that count begin with the design's first row, however many go before them to warm up.
    pub fn rounds(
        &self,
        warmup: usize,
        runs: usize,
    ) -> impl Iterator<Item = (Round, Vec<Mode>)> + '_ {
        let period = period(self.modes.len());
        // The last rows of a period go before the first ones, so that no order comes twice in a row.
        let warm =
            (1..=warmup).map(move |n| (Round::Warmup(n), period - 1 - (warmup - n) % period));
        let counted = (1..=runs).map(move |n| (Round::Counted(n), (n - 1) % period));
        warm.chain(counted).map(|(round, row)| {
            let order = row_of_design(self.modes.len(), row);
            (round, order.map(|place| self.modes[place]).collect())
        })
    }
}

impl Round {
    /// The seed of the round's weather, where the comparison's is `base`: another one for each round.
    pub fn seed(self, base: u64) -> u64 {
        // Warm-ups count from the far end: how many there are changes nothing for the rounds that count.
        let number = match self {
            Round::Warmup(n) => u64::MAX - n as u64,
            Round::Counted(n) => n as u64,
        };
        let mixed = fastrand::Rng::with_seed(base).u64(..) ^ number;
        fastrand::Rng::with_seed(mixed).u64(..)
    }
}

impl std::fmt::Display for Round {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Round::Warmup(n) => write!(f, "warm-up round {n}"),
            Round::Counted(n) => write!(f, "round {n}"),
        }
    }
}

/// After how many rounds the design begins anew: an odd number of modes needs each row backwards, too.
fn period(modes: usize) -> usize {
    if modes.is_multiple_of(2) { modes.max(1) } else { 2 * modes }
}

/// One row of the Williams design for `modes` modes, by their place in the list.
fn row_of_design(modes: usize, row: usize) -> impl Iterator<Item = usize> {
    let backwards = row >= modes;
    (0..modes).map(move |place| {
        let place = if backwards { modes - 1 - place } else { place };
        // 0, 1, n−1, 2, n−2 …, moved on by one with each row.
        let first = if place % 2 == 1 { place.div_ceil(2) } else { modes - place / 2 };
        (first + row) % modes
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    const ALL: [Mode; 4] = [Mode::Seq, Mode::Threads, Mode::Rayon, Mode::Async];

    fn orders(modes: usize, rounds: usize) -> Vec<Vec<usize>> {
        (0..rounds).map(|n| row_of_design(modes, n % period(modes)).collect()).collect()
    }

    fn spread(counts: impl Iterator<Item = usize> + Clone) -> usize {
        counts.clone().max().unwrap_or(0) - counts.min().unwrap_or(0)
    }

    proptest! {
        #[test]
        fn each_mode_stands_in_each_place_as_often_as_any_other_give_or_take_one(
            modes in 1usize..9, rounds in 1usize..60,
        ) {
            let orders = orders(modes, rounds);
            for place in 0..modes {
                let counts = (0..modes)
                    .map(|mode| orders.iter().filter(|order| order[place] == mode).count());
                prop_assert!(spread(counts) <= 1, "place {place} of {orders:?}");
            }
        }

        #[test]
        fn each_round_has_each_mode_once(modes in 1usize..9, rounds in 1usize..60) {
            for order in orders(modes, rounds) {
                let different: HashSet<_> = order.iter().collect();
                prop_assert_eq!((order.len(), different.len()), (modes, modes));
            }
        }

        #[test]
        fn no_order_comes_twice_in_a_row_not_even_after_the_warm_up(
            modes in 2usize..5, warmup in 0usize..9, runs in 1usize..30,
        ) {
            let schedule = Schedule::new(&ALL[..modes]);
            let orders: Vec<_> = schedule.rounds(warmup, runs).map(|(_, order)| order).collect();
            prop_assert_eq!(orders.len(), warmup + runs);
            for pair in orders.windows(2) {
                prop_assert_ne!(&pair[0], &pair[1]);
            }
        }

        #[test]
        fn over_a_period_each_mode_follows_each_other_one_equally_often(modes in 2usize..9) {
            let orders = orders(modes, period(modes));
            let follows = |a: usize, b: usize| {
                let pairs = orders.iter().flat_map(|order| order.windows(2));
                pairs.filter(|pair| pair[..] == [a, b]).count()
            };
            let counts: HashSet<_> = (0..modes)
                .flat_map(|a| (0..modes).filter(move |b| *b != a).map(move |b| (a, b)))
                .map(|(a, b)| follows(a, b))
                .collect();
            prop_assert_eq!(counts.len(), 1, "{:?}", orders);
        }
    }

    #[test]
    fn warm_up_comes_first_and_changes_neither_orders_nor_seeds_of_the_rounds_that_count() {
        let schedule = Schedule::new(&ALL);
        let counted = |warmup| -> Vec<_> { schedule.rounds(warmup, 6).skip(warmup).collect() };
        assert_eq!(counted(0), counted(3));
        let rounds: Vec<_> = schedule.rounds(2, 1).map(|(round, _)| round).collect();
        assert_eq!(rounds, [Round::Warmup(1), Round::Warmup(2), Round::Counted(1)]);
    }

    #[test]
    fn each_round_has_a_seed_of_its_own_and_the_same_one_each_time() {
        let rounds = (1..50).flat_map(|n| [Round::Warmup(n), Round::Counted(n)]);
        let seeds: Vec<_> =
            rounds.clone().flat_map(|round| [round.seed(0), round.seed(1)]).collect();
        assert_eq!(seeds.iter().collect::<HashSet<_>>().len(), seeds.len());
        let again: Vec<_> = rounds.flat_map(|round| [round.seed(0), round.seed(1)]).collect();
        assert_eq!(seeds, again);
    }
}
