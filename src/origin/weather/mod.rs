//! The weather: delays and faults that a server injects, the same ones in every run.

mod values;

use std::fmt;
use std::num::NonZeroU64;
use std::time::Duration;

use axum::http::StatusCode;
use fastrand::Rng;
use serde::{Serialize, Serializer};

use crate::country::CountryCode;

pub(crate) use values::parse_bandwidth;
pub use values::{Delay, Rate};

/// The delays and faults that a server injects into its responses. The default is none.
///
/// What happens to a request is a pure function of the weather, the requested code and the number
/// of the attempt (see [`Weather::impairment`]). Two runs therefore have the same delays and
/// faults, whatever the order of their requests.
///
/// A request has at most one fault. If the rates add up to more than 1, the last ones in
/// [`rates`](Self::rates) take effect less often than they say.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Weather {
    /// Selects the random draws. Weather with the same rates and another seed has other draws.
    pub seed: u64,
    /// The time before each response.
    pub delay: Delay,
    /// The share of requests that get a response with [`error_status`](Self::error_status).
    pub error_rate: Rate,
    /// The status of an injected error. By default 418, which servers do not use for real errors:
    /// it shows that the error was injected.
    #[serde(serialize_with = "status_number")]
    pub error_status: StatusCode,
    /// The `Retry-After` of an injected error, in seconds (RFC 9110 §10.2.3).
    pub retry_after: Option<u32>,
    /// The share of responses whose connection is reset mid-body.
    pub reset_rate: Rate,
    /// The share of responses whose body ends before its `Content-Length`.
    pub truncate_rate: Rate,
    /// The share of responses whose body goes silent half-way.
    pub stall_rate: Rate,
    /// The limit on the rate of each body, in bytes per second.
    pub bandwidth: Option<NonZeroU64>,
}

/// What the weather does to one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Impairment {
    /// The time before the response.
    pub delay: Duration,
    /// The fault in the response.
    pub fault: Option<Fault>,
}

/// A fault in a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fault {
    /// The response has the status [`Weather::error_status`].
    Error,
    /// Half of the body, then a TCP reset (RST).
    Reset,
    /// Half of the body, then the regular end of the connection (FIN).
    Truncate,
    /// Half of the body, then nothing, on an open connection.
    Stall,
}

impl Default for Weather {
    fn default() -> Self {
        Weather {
            seed: 0,
            delay: Delay::default(),
            error_rate: Rate::default(),
            error_status: StatusCode::IM_A_TEAPOT,
            retry_after: None,
            reset_rate: Rate::default(),
            truncate_rate: Rate::default(),
            stall_rate: Rate::default(),
            bandwidth: None,
        }
    }
}

impl Weather {
    /// A delay of 50 to 150 ms, as from a server on another continent.
    pub fn delayed() -> Weather {
        let (shortest, longest) = (Duration::from_millis(50), Duration::from_millis(150));
        Weather { delay: Delay { shortest, longest }, ..Weather::default() }
    }

    /// [`delayed`](Self::delayed), and a quarter of the responses are errors.
    pub fn failing() -> Weather {
        Weather { error_rate: Rate(0.25), ..Weather::delayed() }
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

    /// The delay and the fault of the `attempt`th request for `code`, counted from 1.
    ///
    /// Both are drawn independently for each request. Each fault has the probability of its rate.
    pub fn impairment(&self, code: CountryCode, attempt: u32) -> Impairment {
        // Seeded with everything that the draws depend on.
        let mut rng = [code.index() as u64, u64::from(attempt)]
            .into_iter()
            .fold(Rng::with_seed(self.seed), |mut rng, input| Rng::with_seed(rng.u64(..) ^ input));
        // The fault is drawn first and always takes one number. Therefore neither the rates affect
        // the delay, nor the delay the fault.
        let (roll, mut sum) = (rng.f64(), 0.0);
        let fault = self.rates().into_iter().find_map(|(fault, rate)| {
            sum += rate.share();
            (roll < sum).then_some(fault)
        });
        Impairment { delay: self.delay.draw(&mut rng), fault }
    }

    /// One sentence for each setting that has an effect, or a single one if none has.
    pub fn sentences(&self) -> Vec<String> {
        let is_late = !self.delay.longest.is_zero();
        let delay = is_late.then(|| format!("Responses begin after {}.", self.delay));
        let occurring = self.rates().into_iter().filter(|(_, rate)| rate.share() > 0.0);
        let faults = occurring.map(|(fault, rate)| format!("{rate} of {}.", self.effect_of(fault)));
        let limit = |rate| format!("Bodies are sent at {rate} bytes per second.");
        let mut sentences: Vec<_> =
            delay.into_iter().chain(faults).chain(self.bandwidth.map(limit)).collect();
        sentences.push(match sentences.is_empty() {
            true => "Every response is immediate and complete.".into(),
            false => format!("The seed is {}.", self.seed),
        });
        sentences
    }

    fn effect_of(&self, fault: Fault) -> String {
        match fault {
            Fault::Error => {
                let retry_after = self.retry_after.map(|s| format!(", with Retry-After: {s} s"));
                let status = self.error_status_text();
                format!("requests are answered {status}{}", retry_after.unwrap_or_default())
            }
            Fault::Reset => "responses are cut by a connection reset mid-body".into(),
            Fault::Truncate => "responses have a body that ends early".into(),
            Fault::Stall => "responses have a body that goes silent half-way".into(),
        }
    }

    /// The status of an injected error, such as `418 I'm a teapot`; without a name if it has none.
    pub(super) fn error_status_text(&self) -> String {
        let name = self.error_status.canonical_reason().unwrap_or_default();
        format!("{} {name}", self.error_status.as_str()).trim_end().to_owned()
    }
}

/// The name of the fault in its option: `error`, `reset`, `truncate` or `stall`.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

fn status_number<S: Serializer>(status: &StatusCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u16(status.as_u16())
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn weather_without_effect_is_one_sentence() {
        let weather = Weather { seed: 7, ..Weather::default() };
        assert_eq!(weather.sentences(), ["Every response is immediate and complete."]);
    }

    #[test]
    fn each_setting_with_an_effect_has_a_sentence() {
        assert_eq!(
            Weather::failing().sentences(),
            [
                "Responses begin after 50 ms to 150 ms.",
                "25 % of requests are answered 418 I'm a teapot.",
                "The seed is 0.",
            ]
        );
        let weather = Weather {
            seed: 7,
            delay: "2s".parse().unwrap(),
            error_rate: "0.1".parse().unwrap(),
            error_status: StatusCode::from_u16(599).unwrap(),
            retry_after: Some(3),
            reset_rate: "0.05".parse().unwrap(),
            truncate_rate: "0.02".parse().unwrap(),
            stall_rate: "0.001".parse().unwrap(),
            bandwidth: NonZeroU64::new(20480),
        };
        assert_eq!(
            weather.sentences(),
            [
                "Responses begin after 2 s.",
                "10 % of requests are answered 599, with Retry-After: 3 s.",
                "5 % of responses are cut by a connection reset mid-body.",
                "2 % of responses have a body that ends early.",
                "0.1 % of responses have a body that goes silent half-way.",
                "Bodies are sent at 20480 bytes per second.",
                "The seed is 7.",
            ]
        );
    }
}
