//! Rates of faults, and bandwidth, with their text forms.

use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;

use serde::Serialize;

/// Why a text is not a valid value: a sentence that describes the valid ones.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidValue(pub(super) &'static str);

/// A share of all requests, from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize)]
pub struct Rate(f64);

impl Rate {
    /// No request.
    pub const NEVER: Rate = Rate(0.0);

    /// All requests.
    pub const ALWAYS: Rate = Rate(1.0);

    /// A quarter of the requests.
    pub(super) const QUARTER: Rate = Rate(0.25);

    /// # Errors
    /// [`InvalidValue`] if `share` is not a number from 0 to 1.
    pub fn new(share: f64) -> Result<Rate, InvalidValue> {
        match share {
            // Adding zero turns -0.0 into 0.0, which prints without a minus sign.
            0.0..=1.0 => Ok(Rate(share + 0.0)),
            _ => Err(InvalidValue("a rate is a share of the requests, from 0 to 1")),
        }
    }

    /// The share, from 0 to 1.
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

/// In percent, such as `25 %`.
impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rounded = (self.0 * 1e6).round() / 1e4;
        write!(f, "{rounded} %")
    }
}

/// A number of bytes per second, at least one.
///
/// In text `k`, `M` and `G` are powers of 1024, as in curl's `--limit-rate`.
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
    /// # Errors
    /// [`InvalidValue`] if the rate is zero.
    pub fn new(bytes_per_second: u64) -> Result<ByteRate, InvalidValue> {
        NonZeroU64::new(bytes_per_second)
            .map(ByteRate)
            .ok_or(InvalidValue("the bandwidth is at least one byte per second"))
    }

    /// The number of bytes per second.
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
    fn a_rate_is_a_share() {
        assert_eq!("0.25".parse(), Ok(Rate::QUARTER));
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
            assert_eq!(Rate::new(share).unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_bandwidth_has_an_optional_unit() {
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
        fn no_text_makes_a_parser_panic(text in "\\PC*") {
            let _ = text.parse::<Rate>();
            let _ = text.parse::<ByteRate>();
        }
    }
}
