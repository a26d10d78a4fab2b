//! Reads a response: its status, its header fields, and its body, which must be a whole GIF.

use std::time::{Duration, SystemTime};

use reqwest::header::{CONTENT_TYPE, HeaderMap, LAST_MODIFIED, RETRY_AFTER, TRANSFER_ENCODING};
use reqwest::{Response, StatusCode};

use super::causes::excerpt;
use super::error::{FlagError, Kind};
use crate::gif::{self, Defect, MAX_BYTES};

/// A response with a definite result. Any other response is a [`FlagError`].
#[derive(Debug)]
pub enum Answer {
    /// A whole GIF, with its `Last-Modified` if the server sent one.
    Flag { image: Vec<u8>, modified: Option<SystemTime> },
    /// 404: the server has no such flag.
    NotFound,
    /// The server has no newer flag: 304, or a whole flag whose `Last-Modified` is no later.
    Unchanged,
}

/// Reads `response`, which is no redirect. `if_newer_than` is the time that the request named.
///
/// # Errors
/// Another status than 200, 304 and 404, or a body that is not a whole GIF.
pub(super) async fn read(
    response: Response,
    if_newer_than: Option<SystemTime>,
) -> Result<Answer, FlagError> {
    match response.status() {
        StatusCode::OK => {
            let modified = last_modified(response.headers());
            let image = read_image(response).await?;
            // Some servers, such as nginx, answer 304 only if the two times are equal, and
            // otherwise send even an older flag.
            match (modified, if_newer_than) {
                (Some(modified), Some(time)) if modified <= time => Ok(Answer::Unchanged),
                _ => Ok(Answer::Flag { image, modified }),
            }
        }
        StatusCode::NOT_FOUND => Ok(Answer::NotFound),
        StatusCode::NOT_MODIFIED if if_newer_than.is_some() => Ok(Answer::Unchanged),
        status => {
            let retry_after = retry_after(response.headers(), SystemTime::now());
            Err(FlagError::status(status, retry_after))
        }
    }
}

/// The body of `response`. The size is checked while it streams, so that a server cannot fill the
/// memory.
async fn read_image(mut response: Response) -> Result<Vec<u8>, FlagError> {
    let promised = response.content_length();
    // The last chunk marks the end of the body (RFC 9112 §7.1).
    let chunked = response.headers().contains_key(TRANSFER_ENCODING);
    let too_large = || {
        let message = format!("larger than {} MiB", MAX_BYTES >> 20);
        FlagError::permanent(Kind::TooLarge, message)
    };
    let capacity = match usize::try_from(promised.unwrap_or(0)) {
        Ok(length) if length <= MAX_BYTES => length,
        _ => return Err(too_large()),
    };
    let mut image = Vec::with_capacity(capacity);
    while let Some(chunk) =
        response.chunk().await.map_err(|error| FlagError::in_body(&error, image.len()))?
    {
        if image.len() + chunk.len() > MAX_BYTES {
            return Err(too_large());
        }
        image.extend_from_slice(&chunk);
    }
    // An HTTP/2 stream may end early without an error.
    if promised.is_some_and(|promised| (image.len() as u64) < promised) {
        let reason = "the response is shorter than its Content-Length";
        return Err(FlagError::truncated(image.len(), reason));
    }
    // Without a length or a last chunk, the end of a body and a lost connection look the same.
    let complete = chunked || promised == Some(image.len() as u64);
    match gif::check(&image) {
        Ok(()) => Ok(image),
        Err(defect @ Defect::CutShort) if !complete => {
            Err(FlagError::truncated(image.len(), &defect.to_string()))
        }
        Err(defect) => Err(not_a_gif(defect, other_type(response.headers()))),
    }
}

/// `claimed` is the media type that the server claims, if it is not that of a GIF.
fn not_a_gif(defect: Defect, claimed: Option<String>) -> FlagError {
    let message = match claimed {
        Some(claimed) if defect == Defect::Signature => {
            format!("not a GIF; the server says {claimed}")
        }
        _ => format!("not a whole GIF: {defect}"),
    };
    FlagError::permanent(Kind::NotAGif, message)
}

/// The media type in `Content-Type` (RFC 9110 §8.3), without parameters, unless it is `image/gif`.
fn other_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let media_type = value.split(';').next()?.trim();
    let is_other = !media_type.is_empty() && !media_type.eq_ignore_ascii_case("image/gif");
    is_other.then(|| excerpt(media_type))
}

/// The pause that `Retry-After` asks for, in seconds or as a date (RFC 9110 §10.2.3). Zero for a
/// date that is past.
fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

/// The date in `Last-Modified` (RFC 9110 §8.8.2), if there is one.
fn last_modified(headers: &HeaderMap) -> Option<SystemTime> {
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
    fn a_retry_after_that_is_invalid_is_ignored_and_a_long_one_is_not() {
        for value in ["-1", "+1", "soon", "", "1.5"] {
            assert_eq!(pause(value), None, "{value}");
        }
        assert_eq!(pause("Sun, 06 Nov 1994 08:50:08 GMT"), Some(Duration::from_secs(31)));
        assert_eq!(pause("99999999999999999999999"), Some(Duration::from_secs(u64::MAX)));
    }

    #[test]
    fn the_type_that_a_server_claims_is_named_without_parameters_unless_it_is_a_gif() {
        for (value, expected) in [
            ("text/html; charset=utf-8", Some("text/html")),
            ("Text/HTML", Some("Text/HTML")),
            ("image/gif", None),
            ("IMAGE/GIF;x=y", None),
            ("", None),
        ] {
            let headers = HeaderMap::from_iter([(CONTENT_TYPE, value.parse().unwrap())]);
            assert_eq!(other_type(&headers).as_deref(), expected, "{value}");
        }
        assert_eq!(other_type(&HeaderMap::new()), None);
    }

    #[test]
    fn a_page_instead_of_a_flag_is_named_by_the_type_that_the_server_claims() {
        let claimed = || Some("text/html".to_owned());
        for (defect, claimed, message) in [
            (Defect::Signature, claimed(), "not a GIF; the server says text/html"),
            (Defect::Signature, None, "not a whole GIF: it does not start with a GIF signature"),
            (Defect::Excess(6), claimed(), "not a whole GIF: 6 bytes follow the GIF trailer"),
        ] {
            assert_eq!(not_a_gif(defect, claimed).to_string(), message);
        }
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
        fn any_retry_after_is_read_without_a_panic(
            value in "[0-9]{0,30}|[ -~\u{80}-\u{ff}]*\
                |(Sun|Mon), [0-9]{2} (Nov|Feb|Xyz) [0-9]{4} [0-9:]{8} GMT",
        ) {
            let _ = pause(&value);
        }

        #[test]
        fn seconds_are_read_exactly(seconds: u64) {
            prop_assert_eq!(pause(&seconds.to_string()), Some(Duration::from_secs(seconds)));
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
            prop_assert_eq!(retry_after(&headers, now), Some(left));
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
