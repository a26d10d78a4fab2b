//! The draws of the weather: what happens to a request depends on the seed, the code and the number
//! of the attempt alone.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use flags::CountryCode;
use flags::country::ALL;
use flags::origin::{Fault, Impairment, Rate, Weather};
use proptest::prelude::*;

fn rate(share: f64) -> Rate {
    share.to_string().parse().unwrap()
}

fn code(letters: &str) -> CountryCode {
    letters.parse().unwrap()
}

fn weather_with([error, reset, truncate, stall]: [f64; 4], seed: u64) -> Weather {
    Weather {
        seed,
        error_rate: rate(error),
        reset_rate: rate(reset),
        truncate_rate: rate(truncate),
        stall_rate: rate(stall),
        ..Weather::default()
    }
}

/// Four rates that add up to at most 1, often to exactly 1.
fn rates() -> impl Strategy<Value = [f64; 4]> {
    (prop::array::uniform4(0.0..1.0f64), prop::bool::ANY, 0.0..1.0f64).prop_map(
        |(shares, all, part)| {
            let sum: f64 = shares.iter().sum();
            let whole = if all { 1.0 } else { part };
            shares.map(|share| if sum > 0.0 { share / sum * whole } else { 0.0 })
        },
    )
}

proptest! {
    #[test]
    fn each_fault_occurs_at_its_rate(rates in rates(), seed: u64) {
        let weather = weather_with(rates, seed);
        let requests = CountryCode::COUNT * 20;
        let mut counts = HashMap::new();
        for code in CountryCode::every() {
            for attempt in 1..=20 {
                *counts.entry(weather.impairment(code, attempt).fault).or_insert(0) += 1;
            }
        }
        for (fault, rate) in weather.rates() {
            let expected = rate.share() * requests as f64;
            let count = f64::from(*counts.get(&Some(fault)).unwrap_or(&0));
            // Six standard deviations of the binomial distribution, and one for rounding.
            let tolerance = 6.0 * (expected * (1.0 - rate.share())).sqrt() + 1.0;
            prop_assert!((count - expected).abs() <= tolerance, "{fault:?}: {count}");
        }
    }

    #[test]
    fn the_order_of_requests_does_not_matter(
        rates in rates(), seed: u64, order in Just(ALL.to_vec()).prop_shuffle(),
    ) {
        let weather = Weather { delay: Weather::delayed().delay, ..weather_with(rates, seed) };
        let draw = |code: &CountryCode| (*code, weather.impairment(*code, 1));
        let mut shuffled: Vec<_> = order.iter().map(draw).collect();
        shuffled.sort_by_key(|(code, _)| *code);
        prop_assert_eq!(shuffled, ALL.iter().map(draw).collect::<Vec<_>>());
    }

    #[test]
    fn a_delay_is_within_its_bounds(
        shortest in 0u64..2000, width in 0u64..2000, seed: u64, attempt: u32,
    ) {
        let [shortest, longest] = [shortest, shortest + width].map(Duration::from_millis);
        let delay = format!("{}..{}", shortest.as_secs_f64(), longest.as_secs_f64());
        let delay = delay.parse().unwrap();
        let weather = Weather { seed, delay, ..Weather::default() };
        for code in ALL {
            let drawn = weather.impairment(code, attempt).delay;
            prop_assert!(drawn >= shortest && drawn <= longest);
        }
    }

    #[test]
    fn delays_and_faults_do_not_affect_each_other(seed: u64, attempt in 1u32..1000) {
        let delayed = Weather { seed, ..Weather::delayed() };
        let faulty = Weather { seed, reset_rate: rate(0.5), ..Weather::default() };
        let both = Weather { reset_rate: rate(0.5), ..delayed.clone() };
        for code in ALL {
            let [delayed, faulty, both] =
                [&delayed, &faulty, &both].map(|weather| weather.impairment(code, attempt));
            prop_assert_eq!(both.delay, delayed.delay);
            prop_assert_eq!(both.fault, faulty.fault);
        }
    }
}

#[test]
fn a_rate_of_one_is_always_and_of_zero_never() {
    let always = Weather { stall_rate: Rate::ALWAYS, ..Weather::default() };
    for code in CountryCode::every() {
        for attempt in 1..=20 {
            assert_eq!(always.impairment(code, attempt).fault, Some(Fault::Stall));
            assert_eq!(Weather::default().impairment(code, attempt).fault, None);
        }
    }
}

#[test]
fn delays_are_uniform_and_differ() {
    let weather = Weather::delayed();
    let delays: Vec<_> = (1..=20)
        .flat_map(|attempt| ALL.map(|code| weather.impairment(code, attempt).delay))
        .collect();
    let mean = delays.iter().sum::<Duration>() / delays.len() as u32;
    assert!(mean.abs_diff(Duration::from_millis(100)) < Duration::from_millis(3), "{mean:?}");
    let distinct: HashSet<_> = delays.iter().collect();
    assert!(distinct.len() + 5 > delays.len(), "{} of {}", distinct.len(), delays.len());
}

#[test]
fn the_draws_depend_on_seed_code_and_attempt() {
    let impairments = |seed, attempt| {
        let weather = Weather { seed, ..Weather::failing() };
        ALL.map(|code| weather.impairment(code, attempt))
    };
    for (seed, attempt) in [(1, 1), (2, 1), (0, 2), (1 << 40, 1), (u64::MAX, 1)] {
        assert_ne!(impairments(0, 1), impairments(seed, attempt), "{seed}, {attempt}");
    }
    // An error does not make another one likelier: of 194, about a sixteenth fail twice.
    let fails = |impairment: &Impairment| impairment.fault.is_some();
    let (first, second) = (impairments(0, 1), impairments(0, 2));
    let twice = first.iter().zip(second).filter(|(a, b)| fails(a) && fails(b)).count();
    assert!((2..=24).contains(&twice), "{twice}");
}

/// A change of the draws makes earlier measurements with the same seed incomparable.
#[test]
fn the_draws_do_not_change_between_versions() {
    let weather = Weather { seed: 42, ..Weather::failing() };
    let impairments = ["BR", "CN", "ZZ"].map(|letters| weather.impairment(code(letters), 1));
    assert_eq!(
        impairments.map(|impairment| (impairment.delay.as_nanos(), impairment.fault)),
        [(87_419_869, None), (148_572_678, Some(Fault::Error)), (88_596_160, Some(Fault::Error))]
    );
    let failing = ALL.into_iter().filter(|code| weather.impairment(*code, 1).fault.is_some());
    assert_eq!(format!("{:?}", failing.take(5).collect::<Vec<_>>()), "[AR, AU, BA, BE, BI]");
}
