//! The values of the weather's settings, with their text forms: delays, rates of faults, and
//! bandwidth.

use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;
use std::time::Duration;

use fastrand::Rng;
use serde::{Serialize, Serializer};

use crate::numbers::{exact_time, parse_duration};

/// The range of the time before a response, both ends included. The default is zero.
///
/// ```
/// use flags::origin::Delay;
///
/// let delay: Delay = "0.5s..5s".parse()?;
/// assert_eq!(delay.to_string(), "500 ms to 5 s");
/// assert_eq!("100ms".parse::<Delay>()?, "0.1..0.1".parse()?);
/// assert!("5s..1s".parse::<Delay>().is_err());
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Delay {
    #[serde(rename = "min_s", serialize_with = "in_seconds")]
    pub(super) shortest: Duration,
    #[serde(rename = "max_s", serialize_with = "in_seconds")]
    pub(super) longest: Duration,
}

impl Delay {
    /// The delay of one request, uniform over the range.
    pub(super) fn draw(self, rng: &mut Rng) -> Duration {
        // A delay is at most a day. 64 bits hold 584 years of nanoseconds.
        let width = (self.longest - self.shortest).as_nanos();
        let width = u64::try_from(width).unwrap_or(u64::MAX);
        self.shortest + Duration::from_nanos(rng.u64(..=width))
    }
}

/// One duration, or two with `..` between them. The error is a sentence for the user.
impl FromStr for Delay {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let (shortest, longest) = text.split_once("..").unwrap_or((text, text));
        let (shortest, longest) = (parse_duration(shortest)?, parse_duration(longest)?);
        if shortest > longest {
            return Err("the shorter delay comes first, as in 0.5s..5s");
        }
        Ok(Delay { shortest, longest })
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

fn in_seconds<S: Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(time.as_secs_f64())
}

/// A share of all requests, from 0 to 1. The default is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize)]
pub struct Rate(pub(super) f64);

impl Rate {
    /// All requests.
    pub const ALWAYS: Rate = Rate(1.0);

    /// The share, from 0 to 1.
    pub fn share(self) -> f64 {
        self.0
    }
}

/// A number from 0 to 1. The error is a sentence for the user.
impl FromStr for Rate {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        match text.parse() {
            // Adding zero turns -0.0 into 0.0, which prints without a minus sign.
            Ok(share @ 0.0..=1.0) => Ok(Rate(share + 0.0)),
            _ => Err("a rate is a share of the requests, from 0 to 1"),
        }
    }
}

/// In percent, such as `25 %`.
impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rounded = (self.0 * 1e6).round() / 1e4;
        write!(f, "{rounded} %")
    }
}

/// Parses a bandwidth, in bytes per second. `k`, `M` and `G` are powers of 1024, as in curl's
/// `--limit-rate`.
pub(crate) fn parse_bandwidth(text: &str) -> Result<NonZeroU64, &'static str> {
    let (number, unit) = match text.char_indices().next_back() {
        Some((at, 'k' | 'K')) => (&text[..at], 1 << 10),
        Some((at, 'm' | 'M')) => (&text[..at], 1 << 20),
        Some((at, 'g' | 'G')) => (&text[..at], 1 << 30),
        _ => (text, 1),
    };
    let number = number.parse().ok().and_then(|number: u64| number.checked_mul(unit));
    let number = number.ok_or("the bandwidth is bytes per second, as in 500, 20k or 1M")?;
    NonZeroU64::new(number).ok_or("the bandwidth is at least one byte per second")
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
            assert_eq!(delay.shortest, Duration::from_millis(shortest), "{text}");
            assert_eq!(delay.longest, Duration::from_millis(longest), "{text}");
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

    #[test]
    fn a_rate_is_a_share() {
        assert_eq!("0.25".parse(), Ok(Rate(0.25)));
        assert_eq!("1".parse(), Ok(Rate::ALWAYS));
        assert_eq!("-0".parse::<Rate>().unwrap().to_string(), "0 %");
        for text in ["", "NaN", "inf", "-0.1", "1.0001", "25%", "a"] {
            assert!(text.parse::<Rate>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_rate_prints_as_a_percentage() {
        for (share, text) in
            [(0.07, "7 %"), (0.25, "25 %"), (0.001, "0.1 %"), (1.0 / 3.0, "33.3333 %")]
        {
            assert_eq!(Rate(share).to_string(), text);
        }
    }

    #[test]
    fn a_bandwidth_has_an_optional_unit() {
        for (text, bytes) in
            [("1", 1), ("20k", 20 << 10), ("20K", 20 << 10), ("1M", 1 << 20), ("2g", 2 << 30)]
        {
            assert_eq!(parse_bandwidth(text).unwrap().get(), bytes, "{text}");
        }
        for text in [
            "",
            "0",
            "0k",
            "k",
            "-1",
            "1.5k",
            "20kB",
            "1Mé",
            "é",
            "99999999999999999999",
            "18446744073709551615k",
        ] {
            assert!(parse_bandwidth(text).is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_a_parser_panic(text in "\\PC*") {
            let _ = text.parse::<Delay>();
            let _ = text.parse::<Rate>();
            let _ = parse_bandwidth(&text);
        }
    }
}
