//! Numbers as text: with a noun, with three digits, as a percentage, as a time.

use std::fmt::Display;
use std::time::Duration;

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
pub(crate) fn rounded(number: f64) -> String {
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

/// A time with three digits and its unit: `1.97 s`, `151 ms`, `0.210 ms`.
pub(crate) fn time(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match seconds {
        0.0 => "0".into(),
        ..1.0 => format!("{} ms", rounded(seconds * 1e3)),
        _ => format!("{} s", rounded(seconds)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            assert_eq!(rounded(number), text);
        }
        assert_eq!(percent(0.956), "96 %");
    }
}
