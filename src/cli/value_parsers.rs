//! Parsers of bounded numbers, with error messages that state the bounds.

use std::num::{IntErrorKind, NonZeroUsize, ParseIntError};
use std::time::Duration;

use crate::numbers::parse_duration;

/// Parses a whole number of at least 1.
pub(super) fn at_least_one(text: &str) -> Result<NonZeroUsize, &'static str> {
    text.parse().map_err(|error: ParseIntError| match error.kind() {
        IntErrorKind::PosOverflow => "the number is too large",
        _ => "expected a whole number from 1",
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
    use super::*;

    #[test]
    fn a_timeout_is_a_duration_above_zero() {
        assert_eq!(timeout("6.1"), Ok(Duration::from_millis(6100)));
        for text in ["0", "0s", "0ms", "1e-300", "-1", "86401"] {
            assert!(timeout(text).is_err(), "{text}");
        }
    }

    #[test]
    fn counts_are_at_least_one() {
        assert_eq!(at_least_one("32"), Ok(NonZeroUsize::new(32).unwrap()));
        for text in ["0", "-1", "1.5", ""] {
            assert_eq!(at_least_one(text), Err("expected a whole number from 1"), "{text}");
        }
        assert_eq!(at_least_one("99999999999999999999999"), Err("the number is too large"));
    }
}
