//! The quantities that weather is made of, each with its own way of being typed.

use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;
use std::time::Duration;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

/// Why a word is not the quantity it was meant for: one sentence for a person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidValue(&'static str);

/// How long an answer waits before it begins: between two durations, both included.
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

    /// No wait at all.
    pub const NONE: Delay = Delay { shortest: Duration::ZERO, longest: Duration::ZERO };

    /// Waits from `shortest` to `longest`, which must be in that order and at most a day.
    pub fn between(shortest: Duration, longest: Duration) -> Result<Delay, InvalidValue> {
        if shortest > longest {
            return Err(InvalidValue("the shorter delay comes first, as in 0.5s..5s"));
        }
        if longest > Self::LIMIT {
            return Err(InvalidValue("a delay is at most a day, 86400s"));
        }
        Ok(Delay { shortest, longest })
    }

    /// Waits from `shortest` to `longest`, in milliseconds, whichever way round they are given.
    pub(super) const fn from_millis(shortest: u16, longest: u16) -> Delay {
        let (low, high) =
            if shortest <= longest { (shortest, longest) } else { (longest, shortest) };
        Delay {
            shortest: Duration::from_millis(low as u64),
            longest: Duration::from_millis(high as u64),
        }
    }

    /// The least that an answer waits.
    pub fn shortest(self) -> Duration {
        self.shortest
    }

    /// The most that an answer waits.
    pub fn longest(self) -> Duration {
        self.longest
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

/// Reads `100ms`, `0.5s`, `2s`, or a bare `0`.
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
            write!(f, "{}", Span(self.longest))
        } else {
            write!(f, "{}..{}", Span(self.shortest), Span(self.longest))
        }
    }
}

/// A duration as [`Delay`] reads it.
pub(super) struct Span(pub(super) Duration);

impl fmt::Display for Span {
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

/// A share of the requests: 0 for none of them, 1 for all.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize)]
pub struct Rate(f64);

impl Rate {
    /// None of the requests.
    pub const NEVER: Rate = Rate(0.0);

    /// Every request.
    pub const ALWAYS: Rate = Rate(1.0);

    /// A quarter of the requests.
    pub(super) const QUARTER: Rate = Rate(0.25);

    /// Errs when the share is not within 0 to 1, or not a number.
    pub fn new(share: f64) -> Result<Rate, InvalidValue> {
        match share {
            // Adding zero turns -0.0 into 0.0, which prints as a person expects.
            0.0..=1.0 => Ok(Rate(share + 0.0)),
            _ => Err(InvalidValue("a rate is a share of the requests, from 0 to 1")),
        }
    }

    /// The share, 0 to 1.
    pub fn share(self) -> f64 {
        self.0
    }
}

impl FromStr for Rate {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        Rate::new(text.parse().unwrap_or(f64::NAN))
    }
}

/// In percent, as in `25%`.
impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rounded = (self.0 * 1e6).round() / 1e4;
        write!(f, "{rounded}%")
    }
}

/// The status of an answer that is an error: 400 to 599 (RFC 9110 §15.5 and §15.6), 418 unless told otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ErrorStatus(u16);

impl ErrorStatus {
    /// Errs when the status is not one that says error, 400 to 599.
    pub fn new(status: u16) -> Result<ErrorStatus, InvalidValue> {
        match status {
            400..=599 => Ok(ErrorStatus(status)),
            _ => Err(InvalidValue("an error status is a number from 400 to 599")),
        }
    }

    /// The number on the wire.
    pub fn get(self) -> u16 {
        self.0
    }
}

/// 418, which no origin says by itself: what errs is seen to be weather.
impl Default for ErrorStatus {
    fn default() -> Self {
        ErrorStatus(418)
    }
}

impl FromStr for ErrorStatus {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        ErrorStatus::new(text.parse().unwrap_or(0))
    }
}

/// Bytes per second, at least one.
///
/// `k`, `M` and `G` count in powers of 1024, as for curl's `--limit-rate`.
///
/// ```
/// use flags::origin::ByteRate;
///
/// assert_eq!("20k".parse::<ByteRate>()?.get(), 20 * 1024);
/// assert!("0".parse::<ByteRate>().is_err());
/// # Ok::<(), flags::origin::InvalidValue>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ByteRate(NonZeroU64);

impl ByteRate {
    /// Errs when it is zero: nothing would ever arrive.
    pub fn new(bytes_per_second: u64) -> Result<ByteRate, InvalidValue> {
        NonZeroU64::new(bytes_per_second)
            .map(ByteRate)
            .ok_or(InvalidValue("the bandwidth is at least one byte per second"))
    }

    /// Bytes per second.
    pub fn get(self) -> u64 {
        self.0.get()
    }
}

impl FromStr for ByteRate {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        const HELP: InvalidValue =
            InvalidValue("the bandwidth is bytes per second, as in 500, 20k or 1M");

        let (number, unit) = match text.char_indices().next_back() {
            Some((at, 'k' | 'K')) => (&text[..at], 1 << 10),
            Some((at, 'm' | 'M')) => (&text[..at], 1 << 20),
            Some((at, 'g' | 'G')) => (&text[..at], 1 << 30),
            _ => (text, 1),
        };
        let number: u64 = number.parse().map_err(|_| HELP)?;
        number.checked_mul(unit).ok_or(HELP).and_then(ByteRate::new)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_delay_is_typed_in_milliseconds_or_seconds() {
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
    fn what_is_no_delay_is_refused() {
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

    #[test]
    fn a_rate_is_a_share() {
        assert_eq!("0.25".parse(), Ok(Rate::QUARTER));
        assert_eq!("1".parse(), Ok(Rate::ALWAYS));
        assert_eq!("-0".parse::<Rate>().unwrap().to_string(), "0%");
        for text in ["", "NaN", "inf", "-0.1", "1.0001", "25%", "a"] {
            assert!(text.parse::<Rate>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_rate_prints_as_a_percentage() {
        for (share, text) in [(0.07, "7%"), (0.25, "25%"), (0.001, "0.1%"), (1.0 / 3.0, "33.3333%")]
        {
            assert_eq!(Rate::new(share).unwrap().to_string(), text);
        }
    }

    #[test]
    fn an_error_status_says_error() {
        assert_eq!(ErrorStatus::default().get(), 418);
        assert_eq!("599".parse::<ErrorStatus>().unwrap().get(), 599);
        for text in ["", "200", "399", "600", "-418", "70000", "teapot"] {
            assert!(text.parse::<ErrorStatus>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_bandwidth_is_typed_with_or_without_a_unit() {
        for (text, bytes) in
            [("1", 1), ("20k", 20 << 10), ("20K", 20 << 10), ("1M", 1 << 20), ("2g", 2 << 30)]
        {
            assert_eq!(text.parse::<ByteRate>().unwrap().get(), bytes, "{text}");
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
            assert!(text.parse::<ByteRate>().is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn a_delay_reads_back_as_it_prints(low in 0u64..86_400_000_000, width in 0u64..1_000_000) {
            let shortest = Duration::from_micros(low);
            let longest = (shortest + Duration::from_micros(width)).min(Delay::LIMIT);
            let delay = Delay::between(shortest, longest).unwrap();
            prop_assert_eq!(delay.to_string().parse::<Delay>(), Ok(delay));
        }

        #[test]
        fn no_text_upsets_the_readers(text in "\\PC*") {
            let _ = text.parse::<Delay>();
            let _ = text.parse::<Rate>();
            let _ = text.parse::<ErrorStatus>();
            let _ = text.parse::<ByteRate>();
        }
    }
}
