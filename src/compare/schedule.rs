//! The rounds, each with its order and its seed.

use fastrand::Rng;

use super::Contender;

/// A round, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Round {
    /// A round whose times are discarded.
    Warmup(usize),
    /// A round whose times are measured.
    Measured(usize),
}

/// The rounds of a comparison of `contenders`, each with its order: a random one that depends on
/// `seed`, and differs from that of the round before.
///
/// Random orders keep drift over time, and carry-over from one run to the next, from favouring any
/// contender. Simulated with times that vary by 5 % and grow by 1 or 2 % from run to run, intervals
/// were 0.1 and 1.8 % wider than with a balanced (Williams) design.
pub fn rounds(
    contenders: &[Contender],
    warmup: usize,
    runs: usize,
    seed: u64,
) -> impl Iterator<Item = (Round, Vec<Contender>)> {
    let warm = (1..=warmup).map(Round::Warmup);
    let measured = (1..=runs).map(Round::Measured);
    let mut last = contenders.to_vec();
    warm.chain(measured).map(move |round| {
        let mut order = last.clone();
        Rng::with_seed(round.seed(seed)).shuffle(&mut order);
        if order == last && !order.is_empty() {
            order.rotate_left(1);
        }
        last.clone_from(&order);
        (round, order)
    })
}

impl Round {
    /// The seed of this round's weather and order, derived from the comparison's seed `base`.
    pub fn seed(self, base: u64) -> u64 {
        // Warm-up rounds count down from the maximum, so that their number changes no other seed.
        let number = match self {
            Round::Warmup(n) => !(n as u64),
            Round::Measured(n) => n as u64,
        };
        let mixed = Rng::with_seed(base).u64(..) ^ number;
        Rng::with_seed(mixed).u64(..)
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

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;
    use crate::compare::fixtures::contenders;
    use crate::downloader::Mode;

    fn numbered(number: usize) -> Vec<Contender> {
        contenders(&[Mode::Threads], &(1..=number).collect::<Vec<_>>())
    }

    proptest! {
        #[test]
        fn each_round_runs_each_contender_once_in_an_order_unlike_the_last_one(
            size in 1usize..9, warmup in 0usize..4, runs in 1usize..30, seed: u64,
        ) {
            let contenders = numbered(size);
            let orders: Vec<_> =
                rounds(&contenders, warmup, runs, seed).map(|(_, order)| order).collect();
            prop_assert_eq!(orders.len(), warmup + runs);
            for order in &orders {
                let different: HashSet<_> = order.iter().collect();
                prop_assert_eq!((order.len(), different.len()), (size, size));
            }
            for pair in orders.windows(2) {
                prop_assert!(size == 1 || pair[0] != pair[1]);
            }
        }
    }

    #[test]
    fn over_many_rounds_each_contender_has_each_place_and_each_predecessor_equally_often() {
        let contenders = numbered(4);
        let orders: Vec<_> = rounds(&contenders, 0, 12_000, 1).map(|(_, order)| order).collect();
        for contender in &contenders {
            for place in 0..4 {
                let count = orders.iter().filter(|order| order[place] == *contender).count();
                assert!((2800..3200).contains(&count), "{contender}: {count} times at {place}");
            }
            for before in contenders.iter().filter(|before| *before != contender) {
                let pairs = orders.iter().flat_map(|order| order.windows(2));
                let count = pairs.filter(|pair| pair == &[*before, *contender]).count();
                assert!((2800..3200).contains(&count), "{contender}: {count} times after {before}");
            }
        }
    }

    #[test]
    fn the_orders_depend_on_the_seed_alone() {
        let contenders = numbered(4);
        let orders = |seed| rounds(&contenders, 1, 20, seed).collect::<Vec<_>>();
        assert_eq!(orders(1), orders(1));
        assert_ne!(orders(1), orders(2));
    }

    #[test]
    fn warm_up_rounds_come_first() {
        let rounds: Vec<_> = rounds(&numbered(4), 2, 1, 0).map(|(round, _)| round).collect();
        assert_eq!(rounds, [Round::Warmup(1), Round::Warmup(2), Round::Measured(1)]);
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
