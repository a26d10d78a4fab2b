//! What happens to a request on its way: delays and faults, the same each time.

use std::time::Duration;

use fastrand::Rng;
use serde::Serialize;

use super::values::{ByteRate, Delay, ErrorStatus, Rate};
use crate::country::{ALL, CountryCode};

/// The delays and faults that an origin puts in the way of its flags. The default is none at all.
///
/// What befalls a request is a pure function of the weather, the code that is asked for, and which try for that code it
/// is: see [`Weather::fate`]. Two runs, or two ways of downloading, meet the same weather in whatever order they ask.
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
pub struct Fate {
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

/// Why rates do not go together: a request has one fate, so their sum is at most 1.
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
    pub fn fate(&self, code: CountryCode, attempt: u32) -> Fate {
        let mut luck = self.luck(code, attempt);
        let lot = luck.u64(..);
        Fate { delay: self.draw_delay(&mut luck), fault: self.draw_fault(code, attempt, lot) }
    }

    fn draw_delay(&self, luck: &mut Rng) -> Duration {
        let width = self.delay.longest() - self.delay.shortest();
        // A delay is at most a day, which is far below the 584 years that u64 holds in nanoseconds.
        let width = u64::try_from(width.as_nanos()).unwrap_or(u64::MAX);
        self.delay.shortest() + Duration::from_nanos(luck.u64(..=width))
    }

    fn draw_fault(&self, code: CountryCode, attempt: u32, lot: u64) -> Option<Fault> {
        if self.rates().iter().all(|(_, rate)| *rate == Rate::NEVER) {
            return None;
        }
        let place = if ALL.contains(&code) {
            let before = |other: &&CountryCode| self.luck(**other, attempt).u64(..) < lot;
            (ALL.iter().filter(before).count() as f64 + 0.5) / ALL.len() as f64
        } else {
            // The upper 53 bits: an even draw from 0 up to, but not including, 1.
            (lot >> 11) as f64 / (1u64 << 53) as f64
        };
        let mut below = 0.0;
        self.rates().into_iter().find_map(|(fault, rate)| {
            below += rate.share();
            (place < below).then_some(fault)
        })
    }

    /// A generator for one request: each of the three is stirred in by a step of its own.
    fn luck(&self, code: CountryCode, attempt: u32) -> Rng {
        let stir = |state: u64, more: u64| Rng::with_seed(state).u64(..) ^ more;
        let state = stir(stir(stir(0, self.seed), u64::from(attempt)), code.index() as u64);
        Rng::with_seed(Rng::with_seed(state).u64(..))
    }
}
