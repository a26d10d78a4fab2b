//! Parsers of bounded numbers, with error messages that state the bounds.

use std::num::{IntErrorKind, NonZeroUsize, ParseIntError};
use std::str::FromStr;
use std::time::Duration;

/// Parses a whole number of at least 1.
pub(super) fn at_least_one(text: &str) -> Result<NonZeroUsize, &'static str> {
    whole(text, "expected a whole number from 1")
}

/// Parses a count of at least 1.
pub(super) fn count(text: &str) -> Result<usize, &'static str> {
    at_least_one(text).map(NonZeroUsize::get)
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

/// Parses a number of seconds above 0. Decimals are allowed.
pub(super) fn seconds(text: &str) -> Result<Duration, &'static str> {
    let seconds = text.parse().ok().and_then(|number| Duration::try_from_secs_f64(number).ok());
    seconds
        .filter(|time| !time.is_zero())
        .ok_or("expected a number of seconds above 0, such as 6.1")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn seconds_are_positive_and_finite() {
        assert_eq!(seconds("6.1"), Ok(Duration::from_millis(6100)));
        assert_eq!(seconds("1e-3"), Ok(Duration::from_millis(1)));
        for text in ["0", "-1", "-0.5", "NaN", "inf", "1e300", "1e-300", "", "6,1", "6s"] {
            assert!(seconds(text).is_err(), "{text}");
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
        assert_eq!(count("32"), Ok(32));
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
            prop_assert!(!seconds(&text).is_ok_and(|time| time.is_zero()));
        }

        #[test]
        fn seconds_are_exact_to_the_millisecond(milliseconds in 1u64..1_000_000_000) {
            let text = format!("{}.{:03}", milliseconds / 1000, milliseconds % 1000);
            let rounded = seconds(&text).unwrap() + Duration::from_nanos(500);
            prop_assert_eq!(rounded.as_micros(), u128::from(milliseconds) * 1000);
        }
    }
}
