//! The weather in English sentences.

use std::fmt;

use axum::http::StatusCode;

use super::rate::ErrorStatus;
use super::{Fault, Weather};

impl Weather {
    /// One sentence for each setting that has an effect, or a single one if none has.
    pub fn sentences(&self) -> Vec<String> {
        let mut sentences = Vec::new();
        if !self.delay.longest().is_zero() {
            sentences.push(format!("Responses begin after {}.", self.delay));
        }
        for (fault, rate) in self.rates() {
            if rate.share() > 0.0 {
                sentences.push(format!("{rate} of requests {}.", self.effect_of(fault)));
            }
        }
        if let Some(rate) = self.bandwidth {
            sentences.push(format!("Bodies are sent at {} bytes per second.", rate.get()));
        }
        if sentences.is_empty() {
            sentences.push("Every response is immediate and complete.".into());
        } else {
            sentences.push(format!("The seed is {}.", self.seed));
        }
        sentences
    }

    fn effect_of(&self, fault: Fault) -> String {
        let status = self.error_status;
        match (fault, self.retry_after) {
            (Fault::Error, None) => format!("are answered {status}"),
            (Fault::Error, Some(seconds)) => {
                format!("are answered {status}, with Retry-After: {seconds} s")
            }
            (Fault::Reset, _) => "have their connection reset mid-body".into(),
            (Fault::Truncate, _) => "get a body that ends early".into(),
            (Fault::Stall, _) => "get a body that goes silent half-way".into(),
        }
    }
}

/// The name of the fault in its option: `error`, `reset`, `truncate` or `stall`.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Fault::Error => "error",
            Fault::Reset => "reset",
            Fault::Truncate => "truncate",
            Fault::Stall => "stall",
        })
    }
}

/// For example `418 I'm a teapot`, or only the number if the status has no name.
impl fmt::Display for ErrorStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = StatusCode::from_u16(self.get()).ok().and_then(|code| code.canonical_reason());
        match name {
            Some(name) => write!(f, "{} {name}", self.get()),
            None => write!(f, "{}", self.get()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
                "25% of requests are answered 418 I'm a teapot.",
                "The seed is 0.",
            ]
        );
        let weather = Weather {
            seed: 7,
            delay: "2s".parse().unwrap(),
            error_rate: "0.1".parse().unwrap(),
            error_status: "599".parse().unwrap(),
            retry_after: Some(3),
            reset_rate: "0.05".parse().unwrap(),
            truncate_rate: "0.02".parse().unwrap(),
            stall_rate: "0.001".parse().unwrap(),
            bandwidth: Some("20k".parse().unwrap()),
        };
        assert_eq!(
            weather.sentences(),
            [
                "Responses begin after 2 s.",
                "10% of requests are answered 599, with Retry-After: 3 s.",
                "5% of requests have their connection reset mid-body.",
                "2% of requests get a body that ends early.",
                "0.1% of requests get a body that goes silent half-way.",
                "Bodies are sent at 20480 bytes per second.",
                "The seed is 7.",
            ]
        );
    }
}
