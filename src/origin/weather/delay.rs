//! The time before a response: its range, its draw for one request, and its text form.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use fastrand::Rng;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::rate::InvalidValue;

/// The range of the time before a response, both ends included. The default is zero.
///
/// ```
/// use flags::origin::Delay;
///
/// let delay: Delay = "0.5s..5s".parse()?;
/// assert_eq!(delay.to_string(), "500ms..5s");
/// assert_eq!("100ms".parse::<Delay>()?, "0.1s..100ms".parse()?);
/// assert!("5s..1s".parse::<Delay>().is_err());
/// # Ok::<(), flags::origin::InvalidValue>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delay {
    shortest: Duration,
    longest: Duration,
}

impl Delay {
    const LIMIT: Duration = Duration::from_secs(24 * 60 * 60);

    /// A range from `shortest` to `longest`.
    ///
    /// # Errors
    /// [`InvalidValue`] if `shortest` is longer than `longest`, or `longest` is more than a day.
    pub fn between(shortest: Duration, longest: Duration) -> Result<Delay, InvalidValue> {
        if shortest > longest {
            return Err(InvalidValue("the shorter delay comes first, as in 0.5s..5s"));
        }
        if longest > Self::LIMIT {
            return Err(InvalidValue("a delay is at most a day, 86400s"));
        }
        Ok(Delay { shortest, longest })
    }

    /// A range in milliseconds, which `u16` limits to about a minute. `shortest` must not exceed
    /// `longest`.
    pub(super) fn from_millis(shortest: u16, longest: u16) -> Delay {
        assert!(shortest <= longest, "{shortest} ms is longer than {longest} ms");
        Delay {
            shortest: Duration::from_millis(shortest.into()),
            longest: Duration::from_millis(longest.into()),
        }
    }

    /// The lower end.
    pub fn shortest(self) -> Duration {
        self.shortest
    }

    /// The upper end.
    pub fn longest(self) -> Duration {
        self.longest
    }

    /// The delay of one request, uniform over the range.
    pub(super) fn draw(self, rng: &mut Rng) -> Duration {
        // A delay is at most a day. 64 bits hold 584 years of nanoseconds.
        let width = (self.longest - self.shortest).as_nanos();
        let width = u64::try_from(width).unwrap_or(u64::MAX);
        self.shortest + Duration::from_nanos(rng.u64(..=width))
    }
}

impl FromStr for Delay {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        match text.split_once("..") {
            Some((shortest, longest)) => Delay::between(duration(shortest)?, duration(longest)?),
            None => duration(text).and_then(|delay| Delay::between(delay, delay)),
        }
    }
}

/// Parses `100ms`, `0.5s`, `2s` or `0`.
fn duration(text: &str) -> Result<Duration, InvalidValue> {
    const HELP: InvalidValue =
        InvalidValue("a delay is a number with ms or s, as in 100ms or 0.5s");

    let digits =
        text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').len();
    let (number, unit) = text.split_at(digits);
    let number: f64 = number.parse().map_err(|_| HELP)?;
    let seconds = match unit {
        "ms" => number / 1000.0,
        "s" => number,
        "" if number == 0.0 => 0.0,
        _ => return Err(HELP),
    };
    Duration::try_from_secs_f64(seconds).map_err(|_| HELP)
}

impl fmt::Display for Delay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.shortest == self.longest {
            write!(f, "{}", DisplayDuration(self.longest))
        } else {
            write!(f, "{}..{}", DisplayDuration(self.shortest), DisplayDuration(self.longest))
        }
    }
}

/// Writes a duration in the form that [`Delay`] parses.
pub(super) struct DisplayDuration(pub(super) Duration);

impl fmt::Display for DisplayDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Duration::ZERO => f.write_str("0"),
            short if short < Duration::from_secs(1) => {
                write!(f, "{}ms", short.as_nanos() as f64 / 1e6)
            }
            long => write!(f, "{}s", long.as_secs_f64()),
        }
    }
}

/// As `{"min_s": 0.05, "max_s": 0.15}`, in seconds.
impl Serialize for Delay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Delay", 2)?;
        fields.serialize_field("min_s", &self.shortest.as_secs_f64())?;
        fields.serialize_field("max_s", &self.longest.as_secs_f64())?;
        fields.end()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_delay_is_in_milliseconds_or_seconds() {
        for (text, shortest, longest) in [
            ("0", 0, 0),
            ("100ms", 100, 100),
            ("2s", 2000, 2000),
            ("0.5s..5s", 500, 5000),
            ("0..1.5s", 0, 1500),
            (".25s", 250, 250),
            ("24s..24s", 24_000, 24_000),
        ] {
            let delay: Delay = text.parse().unwrap();
            assert_eq!(delay.shortest(), Duration::from_millis(shortest), "{text}");
            assert_eq!(delay.longest(), Duration::from_millis(longest), "{text}");
        }
    }

    #[test]
    fn invalid_delays_are_refused() {
        for text in [
            "",
            "s",
            "ms",
            "..",
            "1",
            "1..2",
            "100",
            "-1s",
            "+1s",
            "1e3s",
            "NaNs",
            "infs",
            "5s..1s",
            "1s..",
            "..1s",
            "1s...2s",
            "1 s",
            "1h",
            "2days",
            "86401s",
            "99999999999999999999999999s",
            "1.2.3s",
            "1S",
            "½s",
            "0x",
        ] {
            assert!(text.parse::<Delay>().is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn a_printed_delay_parses_to_itself(low in 0u64..86_400_000_000, width in 0u64..1_000_000) {
            let shortest = Duration::from_micros(low);
            let longest = (shortest + Duration::from_micros(width)).min(Delay::LIMIT);
            let delay = Delay::between(shortest, longest).unwrap();
            prop_assert_eq!(delay.to_string().parse::<Delay>(), Ok(delay));
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "\\PC*") {
            let _ = text.parse::<Delay>();
        }
    }
}
