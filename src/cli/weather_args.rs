//! The options that set the weather of an embedded server.

use std::num::NonZeroU64;

use axum::http::StatusCode;
use clap::builder::TypedValueParser;
use clap::{Args, value_parser};

use crate::endpoint::Preset;
use crate::origin::{Delay, Rate, Weather, parse_bandwidth};

/// The weather options. `None` is an option that was not given.
///
/// Each command sets its own heading, because only some of its servers may have weather.
#[derive(Args, Clone, Debug, Default, PartialEq)]
pub struct WeatherArgs {
    /// Wait before each response: a fixed time (5, 5s, 100ms) or a random one (0.5s..5s)
    #[arg(long, value_name = "D|MIN..MAX", allow_negative_numbers = true)]
    pub delay: Option<Delay>,

    /// Answer this share of requests, from 0 to 1, with an error
    #[arg(long, value_name = "P", allow_negative_numbers = true)]
    pub error_rate: Option<Rate>,

    /// Status of the errors, from 400 to 599 [default: 418]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    #[arg(value_parser = value_parser!(u16).range(400..=599).try_map(StatusCode::from_u16))]
    pub error_status: Option<StatusCode>,

    /// Send Retry-After with the errors, in seconds
    #[arg(long, value_name = "SECS", allow_negative_numbers = true)]
    pub retry_after: Option<u32>,

    /// Reset the connection mid-body for this share of responses
    #[arg(long, value_name = "P", allow_negative_numbers = true)]
    pub reset_rate: Option<Rate>,

    /// End the body early for this share of responses
    #[arg(long, value_name = "P", allow_negative_numbers = true)]
    pub truncate_rate: Option<Rate>,

    /// Go silent mid-body for this share of responses
    #[arg(long, value_name = "P", allow_negative_numbers = true)]
    pub stall_rate: Option<Rate>,

    /// Limit each body to this many bytes per second (500, 20k, 1M)
    #[arg(long, value_name = "BYTES", allow_negative_numbers = true)]
    #[arg(value_parser = parse_bandwidth)]
    pub bandwidth: Option<NonZeroU64>,

    /// Seed of the random draws: the delay and the fault of a request depend only on the seed, the
    /// code and the number of the attempt [default: 0]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub seed: Option<u64>,
}

impl WeatherArgs {
    /// The weather of `preset` with the given options in place of its own values.
    ///
    /// # Errors
    /// A message if the resulting rates add up to more than 1: a request has at most one fault.
    pub fn over(&self, preset: Preset) -> Result<Weather, String> {
        let base = preset.weather();
        let weather = Weather {
            seed: self.seed.unwrap_or(base.seed),
            delay: self.delay.unwrap_or(base.delay),
            error_rate: self.error_rate.unwrap_or(base.error_rate),
            error_status: self.error_status.unwrap_or(base.error_status),
            retry_after: self.retry_after.or(base.retry_after),
            reset_rate: self.reset_rate.unwrap_or(base.reset_rate),
            truncate_rate: self.truncate_rate.unwrap_or(base.truncate_rate),
            stall_rate: self.stall_rate.unwrap_or(base.stall_rate),
            bandwidth: self.bandwidth.or(base.bandwidth),
        };
        let sum: f64 = weather.rates().iter().map(|(_, rate)| rate.share()).sum();
        // The tolerance is for rounding: ten times 0.1 is not exactly 1.
        if sum <= 1.0 + 1e-9 {
            return Ok(weather);
        }
        let given = [self.error_rate, self.reset_rate, self.truncate_rate, self.stall_rate];
        let rates = weather.rates().into_iter().zip(given);
        let counted = rates.filter(|((_, rate), _)| rate.share() > 0.0);
        let named = counted.map(|((fault, rate), given)| match given {
            Some(_) => format!("--{fault}-rate {}", rate.share()),
            None => format!("--{fault}-rate {} (from --server {preset})", rate.share()),
        });
        let named = named.collect::<Vec<_>>().join(" and ");
        Err(format!("the rates add up to more than 1: {named}"))
    }
}

#[cfg(test)]
mod tests {
    use clap::{Command, FromArgMatches};

    use super::*;

    fn parse(words: &str) -> Result<WeatherArgs, clap::Error> {
        let command = WeatherArgs::augment_args(Command::new("test").no_binary_name(true));
        WeatherArgs::from_arg_matches(&command.try_get_matches_from(words.split_whitespace())?)
    }

    #[test]
    fn without_options_the_weather_is_that_of_the_preset() {
        let nothing = parse("").unwrap();
        assert_eq!(nothing, WeatherArgs::default());
        for preset in [Preset::Local, Preset::Delay, Preset::Error] {
            assert_eq!(nothing.over(preset), Ok(preset.weather()));
        }
    }

    #[test]
    fn each_option_replaces_one_value() {
        let all = parse(
            "--delay 1s..2s --error-rate 0.1 --error-status 503 --retry-after 3 --reset-rate 0.2 \
             --truncate-rate 0.3 --stall-rate 0.4 --bandwidth 20k --seed 42",
        )
        .unwrap();
        let expected = Weather {
            seed: 42,
            delay: "1s..2s".parse().unwrap(),
            error_rate: "0.1".parse().unwrap(),
            error_status: StatusCode::SERVICE_UNAVAILABLE,
            retry_after: Some(3),
            reset_rate: "0.2".parse().unwrap(),
            truncate_rate: "0.3".parse().unwrap(),
            stall_rate: "0.4".parse().unwrap(),
            bandwidth: NonZeroU64::new(20 << 10),
        };
        assert_eq!(all.over(Preset::Error), Ok(expected));
        let one = parse("--delay 0").unwrap().over(Preset::Error).unwrap();
        assert_eq!(one, Weather { delay: Delay::default(), ..Weather::failing() });
    }

    #[test]
    fn rates_that_add_up_to_more_than_one_are_all_named_with_their_source() {
        let over = |words: &str, preset| parse(words).unwrap().over(preset);
        assert!(over("--reset-rate 0.5 --stall-rate 0.5", Preset::Delay).is_ok());
        let rates = "--error-rate 0.1 --reset-rate 0.2 --truncate-rate 0.3 --stall-rate 0.4";
        assert!(over(rates, Preset::Error).is_ok(), "0.1 + 0.2 + 0.3 + 0.4 is 1");
        assert_eq!(
            over("--reset-rate 0.8 --truncate-rate 0", Preset::Error).unwrap_err(),
            "the rates add up to more than 1: \
             --error-rate 0.25 (from --server error) and --reset-rate 0.8"
        );
        assert_eq!(
            over("--error-rate 1 --stall-rate 0.01", Preset::Error).unwrap_err(),
            "the rates add up to more than 1: --error-rate 1 and --stall-rate 0.01"
        );
    }

    #[test]
    fn an_invalid_value_is_explained() {
        for (words, why) in [
            ("--delay 5s..1s", "the shorter delay comes first"),
            ("--delay 1h", "seconds or milliseconds"),
            ("--error-rate NaN", "from 0 to 1"),
            ("--error-status 200", "200 is not in 400..=599"),
            ("--error-status 600", "600 is not in 400..=599"),
            ("--retry-after -1", "-1 is not in 0..=4294967295"),
            ("--bandwidth 0", "at least one byte"),
        ] {
            let error = parse(words).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
    }
}
