//! The weather in words.

use std::fmt;

use axum::http::StatusCode;

use super::delay::DisplayDuration;
use super::rate::ErrorStatus;
use super::{Fault, Weather};

impl Weather {
    /// A sentence for each thing that is set, or one that says that nothing is.
    pub fn sentences(&self) -> Vec<String> {
        let mut said = Vec::new();
        let (shortest, longest) =
            (DisplayDuration(self.delay.shortest()), DisplayDuration(self.delay.longest()));
        if shortest.0 < longest.0 {
            said.push(format!("Answers begin after {shortest} to {longest}."));
        } else if !longest.0.is_zero() {
            said.push(format!("Answers begin after {longest}."));
        }
        let occurring = self.rates().into_iter().filter(|(_, rate)| rate.share() > 0.0);
        said.extend(
            occurring.map(|(fault, rate)| format!("{rate} of requests {}.", self.meet(fault))),
        );
        if let Some(rate) = self.bandwidth {
            said.push(format!("Bodies flow at {} bytes per second.", rate.get()));
        }
        said.push(match said.is_empty() {
            true => "Every answer comes at once and whole.".into(),
            false => format!("The seed is {}.", self.seed),
        });
        said
    }

    fn meet(&self, fault: Fault) -> String {
        match fault {
            Fault::Error => {
                let status = status_name(self.error_status);
                match self.retry_after {
                    Some(seconds) => {
                        format!("are answered {status}, to be tried again after {seconds}s")
                    }
                    None => format!("are answered {status}"),
                }
            }
            Fault::Reset => "have their connection reset in mid-body".into(),
            Fault::Truncate => "get a body that ends early".into(),
            Fault::Stall => "get a body that goes silent half-way".into(),
        }
    }
}

/// As `418 I'm a teapot`; a status without a name is its number.
pub(crate) fn status_name(status: ErrorStatus) -> String {
    let known = StatusCode::from_u16(status.get()).ok().and_then(|code| code.canonical_reason());
    match known {
        Some(reason) => format!("{} {reason}", status.get()),
        None => status.get().to_string(),
    }
}

/// All [`sentences`](Weather::sentences).
impl fmt::Display for Weather {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentences().join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fair_weather_is_said_to_be_so() {
        assert_eq!(Weather::default().to_string(), "Every answer comes at once and whole.");
    }

    #[test]
    fn each_thing_that_is_set_has_its_sentence() {
        assert_eq!(
            Weather::failing().to_string(),
            "Answers begin after 50ms to 150ms. 25% of requests are answered 418 I'm a teapot. The seed is 0."
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
                "Answers begin after 2s.",
                "10% of requests are answered 599, to be tried again after 3s.",
                "5% of requests have their connection reset in mid-body.",
                "2% of requests get a body that ends early.",
                "0.1% of requests get a body that goes silent half-way.",
                "Bodies flow at 20480 bytes per second.",
                "The seed is 7.",
            ]
        );
    }
}
