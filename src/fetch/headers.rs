//! Header fields: `Retry-After` and dates.

use std::time::{Duration, SystemTime};

use reqwest::header::{HeaderMap, LAST_MODIFIED, RETRY_AFTER};

/// The longest `Retry-After` that is followed. A longer one is replaced by the usual backoff.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(30);

/// The pause that the `Retry-After` in `headers` asks for, in seconds or as a date
/// (RFC 9110 §10.2.3). `None` if it is longer than 30 s.
pub(super) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let pause = match value.parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => httpdate::parse_http_date(value).ok()?.duration_since(now).unwrap_or_default(),
    };
    (pause <= MAX_RETRY_AFTER).then_some(pause)
}

/// The date in `Last-Modified` (RFC 9110 §8.8.2), if there is one.
pub(super) fn last_modified(headers: &HeaderMap) -> Option<SystemTime> {
    httpdate::parse_http_date(headers.get(LAST_MODIFIED)?.to_str().ok()?).ok()
}

/// `time` as an HTTP date (RFC 9110 §5.6.7). `None` before 1970 and after 9999, which the format
/// can't express.
pub(super) fn http_date(time: SystemTime) -> Option<String> {
    const YEAR_10000: Duration = Duration::from_secs(253_402_300_800);
    let since_1970 = time.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    (since_1970 < YEAR_10000).then(|| httpdate::fmt_http_date(time))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::UNIX_EPOCH;

    fn pause(value: &str) -> Option<Duration> {
        let headers = HeaderMap::from_iter([(RETRY_AFTER, value.parse().unwrap())]);
        let now = httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        retry_after(&headers, now)
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(pause("0"), Some(Duration::ZERO));
        assert_eq!(pause(" 30 "), Some(Duration::from_secs(30)));
        assert_eq!(pause("Sun, 06 Nov 1994 08:49:40 GMT"), Some(Duration::from_secs(3)));
        assert_eq!(pause("Sun, 06 Nov 1994 08:00:00 GMT"), Some(Duration::ZERO));
    }

    #[test]
    fn a_retry_after_that_is_invalid_or_longer_than_30_seconds_is_ignored() {
        for value in ["31", "99999999999999999999999", "-1", "soon", "", "1.5"] {
            assert_eq!(pause(value), None, "{value}");
        }
        assert_eq!(pause("Sun, 06 Nov 1994 08:50:08 GMT"), None);
    }

    #[test]
    fn a_time_that_an_http_date_cannot_express_is_left_out() {
        assert_eq!(http_date(UNIX_EPOCH).unwrap(), "Thu, 01 Jan 1970 00:00:00 GMT");
        assert_eq!(http_date(UNIX_EPOCH - Duration::from_secs(1)), None);
        let last = UNIX_EPOCH + Duration::from_secs(253_402_300_799);
        assert_eq!(http_date(last).unwrap(), "Fri, 31 Dec 9999 23:59:59 GMT");
        assert_eq!(http_date(last + Duration::from_secs(1)), None);
    }

    #[test]
    fn dates_are_read_in_all_three_forms() {
        for value in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
        ] {
            let headers = HeaderMap::from_iter([(LAST_MODIFIED, value.parse().unwrap())]);
            let time = last_modified(&headers).unwrap();
            assert_eq!(time.duration_since(UNIX_EPOCH).unwrap().as_secs(), 784_111_777);
        }
    }

    proptest! {
        #[test]
        fn any_retry_after_gives_a_pause_of_at_most_30_seconds(
            value in "[0-9]{0,30}|[ -~\u{80}-\u{ff}]*\
                |(Sun|Mon), [0-9]{2} (Nov|Feb|Xyz) [0-9]{4} [0-9:]{8} GMT",
        ) {
            prop_assert!(pause(&value).is_none_or(|pause| pause <= MAX_RETRY_AFTER), "{value:?}");
        }

        #[test]
        fn seconds_are_followed_exactly_or_not_at_all(seconds: u64, few in 0u64..60) {
            for asked in [seconds, few] {
                let expected = (asked <= 30).then(|| Duration::from_secs(asked));
                prop_assert_eq!(pause(&asked.to_string()), expected);
            }
        }

        #[test]
        fn a_date_is_waited_for_unless_it_is_past(
            offset in -4_000_000_000i64..4_000_000_000,
        ) {
            let now = UNIX_EPOCH + Duration::from_secs(5_000_000_000);
            let seconds = 5_000_000_000u64.saturating_add_signed(offset);
            let date = UNIX_EPOCH + Duration::from_secs(seconds);
            let value = http_date(date).unwrap();
            let names = [RETRY_AFTER, LAST_MODIFIED];
            let headers = names.map(|name| (name, value.parse().unwrap())).into_iter().collect();
            let left = Duration::from_secs(offset.max(0).unsigned_abs());
            prop_assert_eq!(retry_after(&headers, now), (left <= MAX_RETRY_AFTER).then_some(left));
            prop_assert_eq!(last_modified(&headers), Some(date));
        }

        #[test]
        fn any_time_has_a_valid_date_or_none(
            seconds: i64,
            nanoseconds in 0u32..1_000_000_000,
        ) {
            let since = Duration::new(seconds.unsigned_abs(), nanoseconds);
            let time = match seconds {
                0.. => UNIX_EPOCH.checked_add(since),
                _ => UNIX_EPOCH.checked_sub(since),
            };
            if let Some(date) = time.and_then(http_date) {
                prop_assert!(httpdate::parse_http_date(&date).is_ok(), "{}", date);
            }
        }
    }
}
