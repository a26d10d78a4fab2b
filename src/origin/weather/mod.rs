//! The weather: delays and faults that a server injects, the same ones in every run.

mod delay;
mod describe;
mod impairment;
mod rate;

use serde::Serialize;

pub use delay::Delay;
pub use impairment::{Fault, Impairment};
pub use rate::{ByteRate, ErrorStatus, InvalidValue, Rate};

/// The delays and faults that a server injects into its responses. The default is none.
///
/// What happens to a request is a pure function of the weather, the requested code and the number
/// of the attempt (see [`Weather::impairment`]). Two runs therefore have the same delays and
/// faults, whatever the order of their requests.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Weather {
    /// Selects the random draws. Weather with the same rates and another seed has other draws.
    pub seed: u64,
    /// The time before each response.
    pub delay: Delay,
    /// The share of requests that get a response with [`error_status`](Self::error_status).
    pub error_rate: Rate,
    /// The status of an injected error.
    pub error_status: ErrorStatus,
    /// The `Retry-After` of an injected error, in seconds (RFC 9110 §10.2.3).
    pub retry_after: Option<u32>,
    /// The share of requests whose connection is reset mid-body.
    pub reset_rate: Rate,
    /// The share of requests whose body ends before its `Content-Length`.
    pub truncate_rate: Rate,
    /// The share of requests whose body goes silent half-way.
    pub stall_rate: Rate,
    /// The limit on the rate of each body.
    pub bandwidth: Option<ByteRate>,
}

/// The rates of a [`Weather`] add up to more than 1. A request has at most one fault.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("the rates of errors, resets, truncations and stalls add up to more than 1")]
pub struct RatesTooHigh;

impl Weather {
    /// A delay of 50 to 150 ms, as from a server on another continent.
    pub fn delayed() -> Weather {
        Weather { delay: Delay::from_millis(50, 150), ..Weather::default() }
    }

    /// [`delayed`](Self::delayed), and a quarter of the responses are errors.
    pub fn failing() -> Weather {
        Weather { error_rate: Rate::QUARTER, ..Weather::delayed() }
    }

    /// Each fault with its rate.
    pub fn rates(&self) -> [(Fault, Rate); 4] {
        [
            (Fault::Error, self.error_rate),
            (Fault::Reset, self.reset_rate),
            (Fault::Truncate, self.truncate_rate),
            (Fault::Stall, self.stall_rate),
        ]
    }

    /// Whether any request can have a fault.
    pub fn has_faults(&self) -> bool {
        self.rates().iter().any(|(_, rate)| rate.share() > 0.0)
    }

    /// Checks that the rates add up to at most 1.
    ///
    /// # Errors
    /// [`RatesTooHigh`]. A server accepts such weather nevertheless. The last
    /// [`rates`](Self::rates) are then lower than set, or zero.
    pub fn check(&self) -> Result<(), RatesTooHigh> {
        // The tolerance is for rounding: ten times 0.1 is not exactly 1.
        let sum: f64 = self.rates().iter().map(|(_, rate)| rate.share()).sum();
        if sum > 1.0 + 1e-9 { Err(RatesTooHigh) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub fn rate(share: f64) -> Rate {
        Rate::new(share).unwrap()
    }

    pub fn weather_with([error, reset, truncate, stall]: [f64; 4], seed: u64) -> Weather {
        Weather {
            seed,
            error_rate: rate(error),
            reset_rate: rate(reset),
            truncate_rate: rate(truncate),
            stall_rate: rate(stall),
            ..Weather::default()
        }
    }

    #[test]
    fn rates_that_add_up_to_more_than_one_are_refused() {
        assert_eq!(weather_with([0.5, 0.25, 0.125, 0.125], 0).check(), Ok(()));
        assert_eq!(weather_with([0.1, 0.2, 0.3, 0.4], 0).check(), Ok(()));
        assert_eq!(weather_with([0.5, 0.25, 0.125, 0.126], 0).check(), Err(RatesTooHigh));
        assert_eq!(weather_with([1.0, 0.0, 0.0, 0.01], 0).check(), Err(RatesTooHigh));
    }

    #[test]
    fn the_json_of_weather_is_flat_with_units_in_its_names() {
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
