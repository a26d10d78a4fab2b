//! The weather as a person types it.

use clap::Args;

use crate::origin::{ByteRate, Delay, ErrorStatus, Rate, RatesTooHigh, Weather};

/// What the embedded origin does to requests; nothing that is not typed.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Weather")]
pub struct WeatherArgs {
    /// Wait before each answer, as in 100ms, or a time drawn anew for each, as in 0.5s..5s
    #[arg(long, value_name = "D|MIN..MAX")]
    pub delay: Option<Delay>,

    /// Answer this share of requests, 0 to 1, with an error
    #[arg(long, value_name = "P")]
    pub error_rate: Option<Rate>,

    /// The status of those errors, 400 to 599 [default: 418]
    #[arg(long, value_name = "N")]
    pub error_status: Option<ErrorStatus>,

    /// Ask, with those errors, to be tried again after so many seconds
    #[arg(long, value_name = "SECS")]
    pub retry_after: Option<u32>,

    /// Reset the connection in mid-body for this share of requests
    #[arg(long, value_name = "P")]
    pub reset_rate: Option<Rate>,

    /// End the body early for this share of requests
    #[arg(long, value_name = "P")]
    pub truncate_rate: Option<Rate>,

    /// Go silent in mid-body for this share of requests
    #[arg(long, value_name = "P")]
    pub stall_rate: Option<Rate>,

    /// Send each body at so many bytes per second, as in 500, 20k or 1M
    #[arg(long, value_name = "BYTES")]
    pub bandwidth: Option<ByteRate>,

    /// Draw other weather with the same rates: what happens to a request depends on the seed, its code and which try it
    /// is, and on nothing else [default: 0]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
}

impl WeatherArgs {
    /// The weather `base`, with what was typed in place of its own.
    ///
    /// # Errors
    /// When the rates then come to more than 1.
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

    /// Whether nothing was typed.
    pub fn is_empty(&self) -> bool {
        self.first_given().is_none()
    }

    /// An option that was typed, as in `--delay`, for a message that it has no place here.
    pub fn first_given(&self) -> Option<&'static str> {
        [
            ("--delay", self.delay.is_some()),
            ("--error-rate", self.error_rate.is_some()),
            ("--error-status", self.error_status.is_some()),
            ("--retry-after", self.retry_after.is_some()),
            ("--reset-rate", self.reset_rate.is_some()),
            ("--truncate-rate", self.truncate_rate.is_some()),
            ("--stall-rate", self.stall_rate.is_some()),
            ("--bandwidth", self.bandwidth.is_some()),
            ("--seed", self.seed.is_some()),
        ]
        .into_iter()
        .find_map(|(name, given)| given.then_some(name))
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
    fn what_is_not_typed_is_left_as_it_is() {
        let nothing = parse("").unwrap();
        assert!(nothing.is_empty());
        for base in [Weather::default(), Weather::delayed(), Weather::failing()] {
            assert_eq!(nothing.over(base.clone()), Ok(base));
        }
    }

    #[test]
    fn what_is_typed_takes_the_place_of_the_servers_own() {
        let typed = parse(
            "--delay 1s..2s --error-rate 0.1 --error-status 503 --retry-after 3 --reset-rate 0.2 --truncate-rate 0.3 \
             --stall-rate 0.4 --bandwidth 20k --seed 42",
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
        assert_eq!(typed.over(Weather::failing()), Ok(expected));
        let some = parse("--delay 0").unwrap().over(Weather::failing()).unwrap();
        assert_eq!(some, Weather { delay: Delay::NONE, ..Weather::failing() });
    }

    #[test]
    fn rates_that_come_to_more_than_one_are_refused() {
        let typed = parse("--reset-rate 0.5 --stall-rate 0.5").unwrap();
        assert!(typed.over(Weather::delayed()).is_ok());
        assert_eq!(typed.over(Weather::failing()), Err(RatesTooHigh));
    }

    #[test]
    fn each_option_names_itself() {
        for option in WeatherArgs::augment_args(Command::new("test")).get_arguments() {
            let name = format!("--{}", option.get_long().unwrap());
            let value = if name == "--error-status" { "500" } else { "1" };
            let value = if name == "--delay" { "1s" } else { value };
            let typed = parse(&format!("{name} {value}")).unwrap();
            assert_eq!(typed.first_given(), Some(name.as_str()));
            assert!(!typed.is_empty());
        }
    }

    #[test]
    fn a_wrong_value_is_explained() {
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
