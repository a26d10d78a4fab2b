//! Parsers of bounded numbers, with error messages that state the bounds.

use std::num::{IntErrorKind, NonZeroUsize, ParseIntError};
use std::str::FromStr;
use std::time::Duration;

use crate::numbers::parse_duration;

/// Parses a whole number of at least 1.
pub(super) fn at_least_one(text: &str) -> Result<NonZeroUsize, &'static str> {
    whole(text, "expected a whole number from 1")
}

/// Parses a whole number of at least 0.
pub(super) fn whole_number<N: FromStr<Err = ParseIntError>>(text: &str) -> Result<N, &'static str> {
    whole(text, "expected a whole number from 0")
}

fn whole<N: FromStr<Err = ParseIntError>>(
    text: &str,
    expected: &'static str,
) -> Result<N, &'static str> {
    text.parse().map_err(|error: ParseIntError| match error.kind() {
        IntErrorKind::PosOverflow => "the number is too large",
        _ => expected,
    })
}

/// Parses a timeout: a duration above 0, at most a day. A bare number is in seconds.
pub(super) fn timeout(text: &str) -> Result<Duration, &'static str> {
    match parse_duration(text)? {
        Duration::ZERO => Err("expected a duration above 0, such as 6.1, 6.1s or 500ms"),
        timeout => Ok(timeout),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_timeout_is_a_duration_above_zero() {
        assert_eq!(timeout("6.1"), Ok(Duration::from_millis(6100)));
        for text in ["0", "0s", "0ms", "1e-300", "-1", "86401"] {
            assert!(timeout(text).is_err(), "{text}");
        }
    }

    #[test]
    fn whole_numbers_have_no_sign_and_no_decimals() {
        assert_eq!(whole_number::<u32>("0"), Ok(0));
        for text in ["-1", "1.5", "", "x"] {
            assert_eq!(whole_number::<u64>(text), Err("expected a whole number from 0"), "{text}");
        }
        assert_eq!(whole_number::<u32>("4294967296"), Err("the number is too large"));
    }

    #[test]
    fn counts_are_at_least_one() {
        assert_eq!(at_least_one("32"), Ok(NonZeroUsize::new(32).unwrap()));
        for text in ["0", "-1", "1.5", ""] {
            assert_eq!(at_least_one(text), Err("expected a whole number from 1"), "{text}");
        }
        assert_eq!(at_least_one("99999999999999999999999"), Err("the number is too large"));
    }

    proptest! {
        #[test]
        fn no_text_makes_a_parser_panic(
            text in "\\PC*|-?[0-9]{0,400}\\.?[0-9]{0,30}(e-?[0-9]{1,4})?"
        ) {
            let _ = (at_least_one(&text), whole_number::<u32>(&text));
        }
    }
}
