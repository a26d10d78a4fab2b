//! Numbers as text: with a noun, with three digits, as a percentage. Durations and dates as text,
//! and durations from text.

use std::fmt::Display;
use std::time::{Duration, SystemTime};

/// The longest duration that an option accepts.
pub(crate) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// `1 job`, `20 jobs`.
pub(crate) fn counted<N: Display + PartialEq + From<u8>>(
    count: N,
    one: &str,
    many: &str,
) -> String {
    let noun = if count == N::from(1) { one } else { many };
    format!("{count} {noun}")
}

/// A number with three significant digits, or three decimals: `0.070`, `1.00`, `14.2`, `1234`.
pub(crate) fn three_digits(number: f64) -> String {
    let decimals = match number {
        ..0.9995 => 3,
        ..9.995 => 2,
        ..99.95 => 1,
        _ => 0,
    };
    format!("{number:.decimals$}")
}

/// A share as a whole percentage: `96 %`.
pub(crate) fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// A time in seconds, to the microsecond.
pub(crate) fn seconds(time: Duration) -> f64 {
    time.as_micros() as f64 / 1e6
}

/// A time with its unit: `12.3 s`, `1.97 s`, `0.15 s`, `80.1 ms`, `0.210 ms`.
pub(crate) fn time(time: Duration) -> String {
    match time.as_secs_f64() {
        0.0 => "0".into(),
        short @ ..0.09995 => format!("{} ms", three_digits(short * 1e3)),
        seconds @ ..9.995 => format!("{seconds:.2} s"),
        long => format!("{} s", three_digits(long)),
    }
}

/// `long` ÷ `short`, calculated from the rounded values that [`time`] shows, so that dividing two
/// times shown gives the same: `14`, `4.6`, `0.85`.
pub(crate) fn quotient_as_shown(long: Duration, short: Duration) -> String {
    let shown = |duration| {
        let text = time(duration);
        let (number, unit) = text.split_once(' ').unwrap_or((&text, "s"));
        let number: f64 = number.parse().unwrap_or(0.0);
        if unit == "ms" { number / 1e3 } else { number }
    };
    match shown(long) / shown(short) {
        small @ ..0.995 => format!("{small:.2}"),
        number @ ..9.95 => format!("{number:.1}"),
        large => format!("{large:.0}"),
    }
}

/// A duration in milliseconds if it is below a second, else in seconds, with all its digits:
/// `50 ms`, `1.5 s`.
pub(crate) fn exact_time(time: Duration) -> String {
    if time < Duration::from_secs(1) {
        format!("{} ms", time.as_nanos() as f64 / 1e6)
    } else {
        format!("{} s", time.as_secs_f64())
    }
}

/// Parses a duration of at most a [`DAY`]: `6.1` or `6.1s` in seconds, or `500ms`.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, &'static str> {
    const FORM: &str = "expected seconds or milliseconds, such as 6.1, 6.1s or 500ms";

    let (number, units_per_second) = match text.strip_suffix("ms") {
        Some(number) => (number, 1000.0),
        None => (text.strip_suffix('s').unwrap_or(text), 1.0),
    };
    // Neither a sign nor the words that `f64` accepts: NaN and infinity.
    if !number.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return Err(FORM);
    }
    let seconds = number.parse::<f64>().map_err(|_| FORM)? / units_per_second;
    if seconds > DAY.as_secs_f64() {
        return Err("a duration is at most a day, 86400s");
    }
    Duration::try_from_secs_f64(seconds).map_err(|_| FORM)
}

/// A date and time in UTC with milliseconds (RFC 3339): `2024-02-29T12:00:00.123Z`.
///
/// A time before 1970 is shown as the first moment of 1970.
pub(crate) fn timestamp(time: SystemTime) -> String {
    let time = time.max(SystemTime::UNIX_EPOCH);
    let millis = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().subsec_millis();
    // Each part has its fixed place, as in `Thu, 29 Feb 2024 12:00:00 GMT` (RFC 9110 §5.6.7).
    let date = httpdate::fmt_http_date(time);
    let (day, month, year, clock) = (&date[5..7], &date[8..11], &date[12..16], &date[17..25]);
    let month = "JanFebMarAprMayJunJulAugSepOctNovDec".find(month).unwrap_or(0) / 3 + 1;
    format!("{year}-{month:02}-{day}T{clock}.{millis:03}Z")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_duration_is_in_seconds_unless_it_says_milliseconds() {
        for (text, milliseconds) in [
            ("6.1", 6100),
            ("6.1s", 6100),
            ("500ms", 500),
            ("1s", 1000),
            ("5", 5000),
            ("0", 0),
            ("0ms", 0),
            (".25s", 250),
            ("1e-3", 1),
            ("86400", 86_400_000),
        ] {
            assert_eq!(parse_duration(text), Ok(Duration::from_millis(milliseconds)), "{text}");
        }
        for text in [
            "", "s", "ms", ".", "-1", "-0.5s", "+1s", "NaN", "NaNs", "inf", "6,1", "1 s", " 1",
            "1h", "2days", "1.2.3s", "1S", "½s", "0x1", "1e", "5s5", "1mss",
        ] {
            assert!(parse_duration(text).unwrap_err().starts_with("expected seconds"), "{text:?}");
        }
    }

    #[test]
    fn a_duration_of_more_than_a_day_is_refused_with_the_limit() {
        for text in ["86401", "86400.1s", "86400001ms", "1e19", "1e400", &"9".repeat(400)] {
            assert!(parse_duration(text).unwrap_err().contains("a day"), "{text}");
        }
    }

    #[test]
    fn an_exact_time_keeps_all_digits_and_has_a_blank_before_its_unit() {
        for (text, shown) in
            [("50ms", "50 ms"), ("0.0015", "1.5 ms"), ("1s", "1 s"), ("1234.5678s", "1234.5678 s")]
        {
            assert_eq!(exact_time(parse_duration(text).unwrap()), shown);
        }
    }

    #[test]
    fn a_timestamp_has_milliseconds_and_is_in_utc() {
        let at = |millis| SystemTime::UNIX_EPOCH + Duration::from_millis(millis);
        assert_eq!(timestamp(at(0)), "1970-01-01T00:00:00.000Z");
        assert_eq!(timestamp(at(1_709_208_000_123)), "2024-02-29T12:00:00.123Z");
        assert_eq!(timestamp(at(253_402_300_799_999)), "9999-12-31T23:59:59.999Z");
        assert_eq!(timestamp(at(0) - Duration::from_secs(1)), "1970-01-01T00:00:00.000Z");
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_of_durations_panic(
            text in "\\PC*|-?[0-9]{0,400}\\.?[0-9]{0,30}(e-?[0-9]{1,4})?(s|ms)?"
        ) {
            prop_assert!(!parse_duration(&text).is_ok_and(|time| time > DAY));
        }

        #[test]
        fn a_duration_is_exact_to_the_millisecond(milliseconds in 0u64..86_400_000) {
            let text = format!("{}.{:03}", milliseconds / 1000, milliseconds % 1000);
            let rounded = parse_duration(&text).unwrap() + Duration::from_nanos(500);
            prop_assert_eq!(rounded.as_micros(), u128::from(milliseconds) * 1000);
        }
    }

    #[test]
    fn numbers_are_rounded_to_three_digits() {
        for (number, text) in [
            (14.23, "14.2"),
            (1.0, "1.00"),
            (0.9999, "1.00"),
            (9.999, "10.0"),
            (0.07042, "0.070"),
            (1234.4, "1234"),
        ] {
            assert_eq!(three_digits(number), text);
        }
        assert_eq!(percent(0.956), "96 %");
    }

    #[test]
    fn times_have_the_unit_and_the_digits_that_fit_them() {
        for (micros, text) in [
            (0, "0"),
            (210, "0.210 ms"),
            (80_100, "80.1 ms"),
            (99_960, "0.10 s"),
            (151_000, "0.15 s"),
            (1_940_000, "1.94 s"),
            (19_021_000, "19.0 s"),
        ] {
            assert_eq!(time(Duration::from_micros(micros)), text);
        }
    }

    #[test]
    fn a_quotient_is_that_of_the_times_shown() {
        let millis = Duration::from_millis;
        assert_eq!(quotient_as_shown(millis(2104), millis(148)), "14");
        assert_eq!(quotient_as_shown(millis(1894), millis(146)), "13");
        assert_eq!(quotient_as_shown(millis(1894), millis(411)), "4.6");
        assert_eq!(quotient_as_shown(millis(1894), millis(2234)), "0.85");
    }
}
