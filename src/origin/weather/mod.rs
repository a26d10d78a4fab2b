//! What happens to a request on its way: delays and faults, the same each time.

mod delay;
mod describe;
mod rate;

use std::time::Duration;

use fastrand::Rng;
use serde::Serialize;

use crate::country::{ALL, CountryCode};
pub use delay::Delay;
pub(super) use describe::status_name;
pub use rate::{ByteRate, ErrorStatus, InvalidValue, Rate};

/// The delays and faults that an origin puts in the way of its flags. The default is none at all.
///
/// What befalls a request is a pure function of the weather, the code that is asked for, and which try for that code it
/// is: see [`Weather::impairment`]. Two runs, or two ways of downloading, meet the same weather in whatever order they ask.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Weather {
    /// Tells one weather from another with the same rates.
    pub seed: u64,
    /// Before each answer.
    pub delay: Delay,
    /// The share of requests that are answered with [`error_status`](Self::error_status).
    pub error_rate: Rate,
    /// What an error is called.
    pub error_status: ErrorStatus,
    /// `Retry-After` of an error, in seconds (RFC 9110 §10.2.3).
    pub retry_after: Option<u32>,
    /// The share of connections that are reset in mid-body.
    pub reset_rate: Rate,
    /// The share of bodies that end before their `Content-Length`.
    pub truncate_rate: Rate,
    /// The share of bodies that go silent half-way.
    pub stall_rate: Rate,
    /// How fast each body flows, where that is limited.
    pub bandwidth: Option<ByteRate>,
}

/// What befalls one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Impairment {
    /// How long the answer waits before it begins.
    pub delay: Duration,
    /// What goes wrong, if anything does.
    pub fault: Option<Fault>,
}

/// What can go wrong with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// It is an error, [`Weather::error_status`].
    Error,
    /// Part of the body, then a TCP reset (RST).
    Reset,
    /// Part of the body, then the end of the connection (FIN), short of `Content-Length`.
    Truncate,
    /// Part of the body, then silence.
    Stall,
}

/// Why rates do not go together: a request has one impairment, so their sum is at most 1.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("the rates of errors, resets, truncations and stalls come to more than 1")]
pub struct RatesTooHigh;

impl Weather {
    /// Every answer 50 to 150 ms late, as from a server across an ocean.
    pub fn delayed() -> Weather {
        Weather { delay: Delay::from_millis(50, 150), ..Weather::default() }
    }

    /// [`delayed`](Self::delayed), and a quarter of the answers are errors.
    pub fn failing() -> Weather {
        Weather { error_rate: Rate::QUARTER, ..Weather::delayed() }
    }

    /// Each fault with its rate, in the order in which they are dealt.
    pub fn rates(&self) -> [(Fault, Rate); 4] {
        [
            (Fault::Error, self.error_rate),
            (Fault::Reset, self.reset_rate),
            (Fault::Truncate, self.truncate_rate),
            (Fault::Stall, self.stall_rate),
        ]
    }

    /// Whether any request can meet a fault.
    pub fn has_faults(&self) -> bool {
        self.rates().iter().any(|(_, rate)| *rate != Rate::NEVER)
    }

    /// Errs when the rates come to more than 1.
    ///
    /// An origin takes such weather all the same; the later of [`rates`](Self::rates) then get what the earlier leave.
    pub fn check(&self) -> Result<(), RatesTooHigh> {
        // Ten times 0.1 is a hair more or less than 1, and is meant to be 1.
        let sum: f64 = self.rates().iter().map(|(_, rate)| rate.share()).sum();
        if sum > 1.0 + 1e-9 { Err(RatesTooHigh) } else { Ok(()) }
    }

    /// What befalls the `attempt`th request for `code`, counted from 1: a pure function, in well under 10 µs.
    ///
    /// The delay is an even draw from [`delay`](Self::delay). For the fault, the [194 codes](ALL) are shuffled anew for
    /// each attempt and share out the rates by their place: of 194 first tries at a rate of 0.25, 48 err, whatever the
    /// seed is. Any other code is given a place by itself.
    pub fn impairment(&self, code: CountryCode, attempt: u32) -> Impairment {
        let mut rng = self.rng(code, attempt);
        let roll = rng.u64(..);
        Impairment { delay: self.draw_delay(&mut rng), fault: self.draw_fault(code, attempt, roll) }
    }

    fn draw_delay(&self, rng: &mut Rng) -> Duration {
        let width = self.delay.longest() - self.delay.shortest();
        // A delay is at most a day, which is far below the 584 years that u64 holds in nanoseconds.
        let width = u64::try_from(width.as_nanos()).unwrap_or(u64::MAX);
        self.delay.shortest() + Duration::from_nanos(rng.u64(..=width))
    }

    fn draw_fault(&self, code: CountryCode, attempt: u32, roll: u64) -> Option<Fault> {
        if self.rates().iter().all(|(_, rate)| *rate == Rate::NEVER) {
            return None;
        }
        let place = if ALL.contains(&code) {
            let before = |other: &&CountryCode| self.rng(**other, attempt).u64(..) < roll;
            (ALL.iter().filter(before).count() as f64 + 0.5) / ALL.len() as f64
        } else {
            // The upper 53 bits: an even draw from 0 up to, but not including, 1.
            (roll >> 11) as f64 / (1u64 << 53) as f64
        };
        let mut below = 0.0;
        self.rates().into_iter().find_map(|(fault, rate)| {
            below += rate.share();
            (place < below).then_some(fault)
        })
    }

    /// A generator for one request: each of the three is stirred in by a step of its own.
    fn rng(&self, code: CountryCode, attempt: u32) -> Rng {
        let mix = |state: u64, more: u64| Rng::with_seed(state).u64(..) ^ more;
        let state = mix(mix(mix(0, self.seed), u64::from(attempt)), code.index() as u64);
        Rng::with_seed(Rng::with_seed(state).u64(..))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    fn rate(share: f64) -> Rate {
        Rate::new(share).unwrap()
    }

    fn code(letters: &str) -> CountryCode {
        letters.parse().unwrap()
    }

    /// Four rates that come to at most 1, often to 1.
    fn rates() -> impl Strategy<Value = [f64; 4]> {
        (prop::array::uniform4(0.0..1.0f64), prop::bool::ANY, 0.0..1.0f64).prop_map(
            |(shares, all, part)| {
                let sum: f64 = shares.iter().sum();
                let whole = if all { 1.0 } else { part };
                shares.map(|share| if sum > 0.0 { share / sum * whole } else { 0.0 })
            },
        )
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

    proptest! {
        #[test]
        fn rates_over_the_194_are_met_to_the_nearest_code(
            rates in rates(), seed: u64, attempt in 1u32..1000,
        ) {
            let weather = weather_with(rates, seed);
            let faults = ALL.map(|code| weather.impairment(code, attempt).fault);
            for (fault, rate) in weather.rates() {
                let due = rate.share() * ALL.len() as f64;
                let met = faults.iter().filter(|met| **met == Some(fault)).count() as f64;
                prop_assert!((met - due).abs() <= 1.0, "{fault:?}: {met} for {due}");
            }
        }

        #[test]
        fn the_same_request_meets_the_same_fate_whatever_else_is_asked(
            rates in rates(), seed: u64, order in Just(ALL.to_vec()).prop_shuffle(),
        ) {
            let weather = Weather { delay: Weather::delayed().delay, ..weather_with(rates, seed) };
            let same = weather.clone();
            let mut impairments: Vec<_> = order.iter().map(|code| (*code, weather.impairment(*code, 1))).collect();
            impairments.sort_by_key(|(code, _)| *code);
            for (code, impairment) in impairments {
                prop_assert_eq!(impairment, same.impairment(code, 1));
            }
        }

        #[test]
        fn a_delay_keeps_to_its_bounds(low in 0u16..2000, high in 0u16..2000, seed: u64, attempt: u32) {
            let weather = Weather { seed, delay: Delay::from_millis(low, high), ..Weather::default() };
            for code in ALL {
                let delay = weather.impairment(code, attempt).delay;
                prop_assert!(delay >= weather.delay.shortest() && delay <= weather.delay.longest());
            }
        }

        #[test]
        fn one_thing_does_not_change_another(seed: u64, attempt in 1u32..1000) {
            let plain = Weather { seed, delay: Weather::delayed().delay, ..Weather::default() };
            let faulty = Weather { reset_rate: rate(0.5), ..plain.clone() };
            for code in ALL {
                prop_assert_eq!(plain.impairment(code, attempt).delay, faulty.impairment(code, attempt).delay);
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
    fn codes_outside_the_194_meet_about_the_rates_too() {
        let weather = Weather::failing();
        let others: Vec<_> = CountryCode::every().filter(|code| !ALL.contains(code)).collect();
        let tries = others.iter().flat_map(|code| (1..=20).map(|attempt| (*code, attempt)));
        let met =
            tries.filter(|(code, attempt)| weather.impairment(*code, *attempt).fault.is_some());
        let (met, due) = (met.count() as f64, 0.25 * 20.0 * others.len() as f64);
        assert!((met - due).abs() < 0.1 * due, "{met} for {due}");
    }

    #[test]
    fn delays_spread_evenly() {
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
    fn seed_code_and_try_each_matter() {
        let impairments = |seed, attempt| {
            let weather = Weather { seed, ..Weather::failing() };
            ALL.map(|code| weather.impairment(code, attempt))
        };
        for (seed, attempt) in [(1, 1), (2, 1), (0, 2), (1 << 40, 1), (u64::MAX, 1)] {
            assert_ne!(impairments(0, 1), impairments(seed, attempt), "seed {seed}, try {attempt}");
        }
        // Who errs once is not bound to err again: of 48, about a quarter do.
        let errs = |impairment: &Impairment| impairment.fault.is_some();
        let twice = impairments(0, 1)
            .iter()
            .zip(impairments(0, 2))
            .filter(|(a, b)| errs(a) && errs(b))
            .count();
        assert!((4..=22).contains(&twice), "{twice}");
    }

    /// Whoever changes the draw changes what people have measured with a seed.
    #[test]
    fn the_weather_is_the_same_as_ever() {
        let weather = Weather { seed: 42, ..Weather::failing() };
        let impairments = ["BR", "CN", "ZZ"].map(|letters| weather.impairment(code(letters), 1));
        assert_eq!(
            impairments.map(|impairment| (impairment.delay.as_nanos(), impairment.fault)),
            [(104_216_077, None), (103_652_965, Some(Fault::Error)), (51_522_050, None)]
        );
        let failing = ALL.into_iter().filter(|code| weather.impairment(*code, 1).fault.is_some());
        assert_eq!(format!("{:?}", failing.take(5).collect::<Vec<_>>()), "[AM, AT, AU, BH, BJ]");
    }

    #[test]
    fn rates_that_come_to_more_than_one_do_not_pass() {
        assert_eq!(weather_with([0.5, 0.25, 0.125, 0.125], 0).check(), Ok(()));
        assert_eq!(weather_with([0.1, 0.2, 0.3, 0.4], 0).check(), Ok(()));
        assert_eq!(weather_with([0.5, 0.25, 0.125, 0.126], 0).check(), Err(RatesTooHigh));
        assert_eq!(weather_with([1.0, 0.0, 0.0, 0.01], 0).check(), Err(RatesTooHigh));
    }

    #[test]
    fn weather_is_written_flat_with_units_in_its_names() {
        let json = serde_json::to_value(Weather::failing()).unwrap();
        assert_eq!(
            json,
            serde_json::json!({
                "seed": 0, "delay": {"min_s": 0.05, "max_s": 0.15},
                "error_rate": 0.25, "error_status": 418, "retry_after": null,
                "reset_rate": 0.0, "truncate_rate": 0.0, "stall_rate": 0.0, "bandwidth": null
            })
        );
    }
}
