//! What the heads of answers say about where to look, when to come back, and how old a flag is.

use std::time::{Duration, SystemTime};

use reqwest::header::{HeaderMap, HeaderName, LOCATION, RETRY_AFTER, TRANSFER_ENCODING};
use reqwest::{Response, Url};

use super::FetchError;

/// The longest `Retry-After` that is heeded. Who asks for more is tried again on our own terms.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Where `response`, which came from `url`, redirects to (RFC 9110 §15.4), if it does.
///
/// # Errors
/// It redirects to nowhere, to something other than http or https, or from https to http.
pub(super) fn redirect(response: &Response, url: &Url) -> Result<Option<Url>, FetchError> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let refused = |reason: String| Err(FetchError::Redirect(reason));
    let Some(location) = response.headers().get(LOCATION) else {
        return refused("a redirect that does not say where to".into());
    };
    let location = String::from_utf8_lossy(location.as_bytes());
    match url.join(&location) {
        Err(_) => refused(format!("a redirect to {location}, which is no URL")),
        Ok(target) if !matches!(target.scheme(), "http" | "https") => {
            refused(format!("a redirect to {target}, which is neither http nor https"))
        }
        Ok(target) if url.scheme() == "https" && target.scheme() == "http" => {
            refused(format!("a redirect from https to http: {target}"))
        }
        Ok(target) => Ok(Some(target)),
    }
}

/// How long to wait by the `Retry-After` in `headers` (RFC 9110 §10.2.3), in seconds or as a date, where
/// that is 30 s at most.
pub(super) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let pause = match value.parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => httpdate::parse_http_date(value).ok()?.duration_since(now).unwrap_or_default(),
    };
    (pause <= LONGEST_PAUSE).then_some(pause)
}

/// The date in the header `name` (RFC 9110 §5.6.7), if there is one.
pub(super) fn date(headers: &HeaderMap, name: HeaderName) -> Option<SystemTime> {
    httpdate::parse_http_date(headers.get(name)?.to_str().ok()?).ok()
}

/// `time` as HTTP writes it; none where its form has no room for it (before 1970, or after 9999).
pub(super) fn http_date(time: SystemTime) -> Option<String> {
    const YEAR_10000: Duration = Duration::from_secs(253_402_300_800);
    let since_1970 = time.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    (since_1970 < YEAR_10000).then(|| httpdate::fmt_http_date(time))
}

/// Whether the body comes in chunks, the last of which shows its end (RFC 9112 §7.1).
pub(super) fn is_chunked(response: &Response) -> bool {
    response.headers().contains_key(TRANSFER_ENCODING)
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
    fn an_absurd_retry_after_is_not_heeded() {
        for value in ["31", "99999999999999999999999", "-1", "soon", "", "1.5"] {
            assert_eq!(pause(value), None, "{value}");
        }
        assert_eq!(pause("Sun, 06 Nov 1994 08:50:08 GMT"), None);
    }

    #[test]
    fn a_time_that_http_cannot_write_is_left_out() {
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
            let headers = HeaderMap::from_iter([(RETRY_AFTER, value.parse().unwrap())]);
            let time = date(&headers, RETRY_AFTER).unwrap();
            assert_eq!(time.duration_since(UNIX_EPOCH).unwrap().as_secs(), 784_111_777);
        }
    }

    proptest! {
        #[test]
        fn whatever_retry_after_says_the_pause_is_30_seconds_at_most(
            value in "[0-9]{0,30}|[ -~\u{80}-\u{ff}]*|(Sun|Mon), [0-9]{2} (Nov|Feb|Xyz) [0-9]{4} [0-9:]{8} GMT",
        ) {
            prop_assert!(pause(&value).is_none_or(|pause| pause <= LONGEST_PAUSE), "{value:?}");
        }

        #[test]
        fn as_many_seconds_are_waited_as_were_asked_for_or_not_at_all(seconds: u64, few in 0u64..60) {
            for asked in [seconds, few] {
                let heeded = (asked <= 30).then(|| Duration::from_secs(asked));
                prop_assert_eq!(pause(&asked.to_string()), heeded);
            }
        }

        #[test]
        fn a_date_is_waited_for_from_now_and_one_that_is_over_is_not(offset in -4_000_000_000i64..4_000_000_000) {
            let now = UNIX_EPOCH + Duration::from_secs(5_000_000_000);
            let date = UNIX_EPOCH + Duration::from_secs(5_000_000_000u64.saturating_add_signed(offset));
            let value = http_date(date).unwrap();
            let headers = HeaderMap::from_iter([(RETRY_AFTER, value.parse().unwrap())]);
            let left = Duration::from_secs(offset.max(0).unsigned_abs());
            prop_assert_eq!(retry_after(&headers, now), (left <= LONGEST_PAUSE).then_some(left));
            prop_assert_eq!(super::date(&headers, RETRY_AFTER), Some(date));
        }

        #[test]
        fn any_time_is_written_as_a_date_or_not_at_all(seconds: i64, nanoseconds in 0u32..1_000_000_000) {
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
