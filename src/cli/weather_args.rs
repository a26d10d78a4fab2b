//! The options that set the weather of an embedded server.

use clap::Args;

use super::value_parsers::whole_number;
use crate::origin::{ByteRate, Delay, ErrorStatus, Rate, RatesTooHigh, Weather};

/// The weather options. `None` is an option that was not given.
#[derive(Args, Clone, Debug, Default, PartialEq)]
#[command(next_help_heading = "Weather")]
pub struct WeatherArgs {
    /// Wait before each response: a fixed time (100ms) or a random one (0.5s..5s)
    #[arg(long, value_name = "D|MIN..MAX", allow_negative_numbers = true)]
    pub delay: Option<Delay>,

    /// Answer this share of requests, from 0 to 1, with an error
    #[arg(long, value_name = "P", allow_negative_numbers = true)]
    pub error_rate: Option<Rate>,

    /// Status of the errors, from 400 to 599 [default: 418]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub error_status: Option<ErrorStatus>,

    /// Send Retry-After with the errors, in seconds
    #[arg(long, value_name = "SECS")]
    #[arg(value_parser = whole_number::<u32>, allow_negative_numbers = true)]
    pub retry_after: Option<u32>,

    /// Reset the connection mid-body for this share of requests
    #[arg(long, value_name = "P", allow_negative_numbers = true)]
    pub reset_rate: Option<Rate>,

    /// End the body early for this share of requests
    #[arg(long, value_name = "P", allow_negative_numbers = true)]
    pub truncate_rate: Option<Rate>,

    /// Go silent mid-body for this share of requests
    #[arg(long, value_name = "P", allow_negative_numbers = true)]
    pub stall_rate: Option<Rate>,

    /// Limit each body to this many bytes per second (500, 20k, 1M)
    #[arg(long, value_name = "BYTES", allow_negative_numbers = true)]
    pub bandwidth: Option<ByteRate>,

    /// Seed of the random draws: the delay and the fault of a request depend only on the seed, the
    /// code and the number of the attempt [default: 0]
    #[arg(long, value_name = "N")]
    #[arg(value_parser = whole_number::<u64>, allow_negative_numbers = true)]
    pub seed: Option<u64>,
}

impl WeatherArgs {
    /// The weather `base` with the given options in place of its own values.
    ///
    /// # Errors
    /// [`RatesTooHigh`] if the resulting rates add up to more than 1.
    pub fn over(&self, base: Weather) -> Result<Weather, RatesTooHigh> {
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
        weather.check().map(|()| weather)
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
    fn without_options_the_weather_is_unchanged() {
        let nothing = parse("").unwrap();
        assert_eq!(nothing, WeatherArgs::default());
        for base in [Weather::default(), Weather::delayed(), Weather::failing()] {
            assert_eq!(nothing.over(base.clone()), Ok(base));
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
            error_status: "503".parse().unwrap(),
            retry_after: Some(3),
            reset_rate: "0.2".parse().unwrap(),
            truncate_rate: "0.3".parse().unwrap(),
            stall_rate: "0.4".parse().unwrap(),
            bandwidth: Some("20k".parse().unwrap()),
        };
        assert_eq!(all.over(Weather::failing()), Ok(expected));
        let one = parse("--delay 0").unwrap().over(Weather::failing()).unwrap();
        assert_eq!(one, Weather { delay: Delay::default(), ..Weather::failing() });
    }

    #[test]
    fn rates_that_add_up_to_more_than_one_are_refused() {
        let args = parse("--reset-rate 0.5 --stall-rate 0.5").unwrap();
        assert!(args.over(Weather::delayed()).is_ok());
        assert_eq!(args.over(Weather::failing()), Err(RatesTooHigh));
    }

    #[test]
    fn an_invalid_value_is_explained() {
        for (words, why) in [
            ("--delay 5s..1s", "the shorter delay comes first"),
            ("--error-rate NaN", "from 0 to 1"),
            ("--error-status 200", "from 400 to 599"),
            ("--bandwidth 0", "at least one byte"),
        ] {
            let error = parse(words).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
    }
}
