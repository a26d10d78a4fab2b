//! The time before a response: its range, its draw for one request, and its text forms.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use fastrand::Rng;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::rate::InvalidValue;
use crate::numbers::{DAY, exact_time, parse_duration};

/// The range of the time before a response, both ends included. The default is zero.
///
/// ```
/// use flags::origin::Delay;
///
/// let delay: Delay = "0.5s..5s".parse()?;
/// assert_eq!(delay.to_string(), "500 ms to 5 s");
/// assert_eq!("100ms".parse::<Delay>()?, "0.1..0.1".parse()?);
/// assert!("5s..1s".parse::<Delay>().is_err());
/// # Ok::<(), flags::origin::InvalidValue>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delay {
    shortest: Duration,
    longest: Duration,
}

impl Delay {
    /// A range from `shortest` to `longest`.
    ///
    /// # Errors
    /// [`InvalidValue`] if `shortest` is longer than `longest`, or `longest` is more than a day.
    pub fn between(shortest: Duration, longest: Duration) -> Result<Delay, InvalidValue> {
        if shortest > longest {
            return Err(InvalidValue("the shorter delay comes first, as in 0.5s..5s"));
        }
        if longest > DAY {
            return Err(InvalidValue("a delay is at most a day, 86400s"));
        }
        Ok(Delay { shortest, longest })
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
        let (shortest, longest) = text.split_once("..").unwrap_or((text, text));
        let duration = |text| parse_duration(text).map_err(InvalidValue);
        Delay::between(duration(shortest)?, duration(longest)?)
    }
}

/// `50 ms to 150 ms`, or `2 s` if both ends are the same.
impl fmt::Display for Delay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.shortest < self.longest {
            write!(f, "{} to ", exact_time(self.shortest))?;
        }
        f.write_str(&exact_time(self.longest))
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
    fn a_delay_is_one_duration_or_a_range() {
        for (text, shortest, longest) in [
            ("0", 0, 0),
            ("5", 5000, 5000),
            ("100ms", 100, 100),
            ("0.5s..5s", 500, 5000),
            ("0..1.5", 0, 1500),
            ("24s..24s", 24_000, 24_000),
            ("0..86400s", 0, 86_400_000),
        ] {
            let delay: Delay = text.parse().unwrap();
            assert_eq!(delay.shortest(), Duration::from_millis(shortest), "{text}");
            assert_eq!(delay.longest(), Duration::from_millis(longest), "{text}");
        }
    }

    #[test]
    fn invalid_delays_are_refused() {
        for text in
            ["", "..", "1s..", "..1s", "1s..x", "5s..1s", "50..150ms", "0..86401", "1..2..3"]
        {
            assert!(text.parse::<Delay>().is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in "\\PC*") {
            let _ = text.parse::<Delay>();
        }
    }
}
