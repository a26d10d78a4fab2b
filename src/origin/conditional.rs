//! Conditional requests: whether the client's copy of a flag is still valid (RFC 9110 §13).

use axum::http::{HeaderMap, header};

use super::served_flag::ServedFlag;

/// Whether the client's copy is still valid, so that the response is 304.
///
/// If the request has `If-None-Match`, `If-Modified-Since` is ignored (RFC 9110 §13.2.2).
pub(super) fn is_unchanged(request: &HeaderMap, flag: &ServedFlag) -> bool {
    let mut tags = request.get_all(header::IF_NONE_MATCH).iter().peekable();
    if tags.peek().is_some() {
        return tags.filter_map(|list| list.to_str().ok()).any(|list| matches(list, flag));
    }
    let since = request.get(header::IF_MODIFIED_SINCE).and_then(|date| date.to_str().ok());
    // An invalid date is ignored (RFC 9110 §13.1.3).
    since
        .and_then(|date| httpdate::parse_http_date(date).ok())
        .is_some_and(|date| flag.modified <= date)
}

/// Whether a list of entity tags contains the flag's, by the weak comparison of RFC 9110 §13.1.2.
///
/// Splitting at every comma is correct because the flag's tag contains none.
fn matches(list: &str, flag: &ServedFlag) -> bool {
    list.split(',')
        .map(str::trim)
        .any(|tag| tag == "*" || flag.etag == tag.strip_prefix("W/").unwrap_or(tag))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use axum::http::HeaderValue;

    use super::*;

    /// Sun, 09 Sep 2001 01:46:40 GMT
    const MODIFIED: Duration = Duration::from_secs(1_000_000_000);

    fn unchanged(headers: &[(header::HeaderName, &str)]) -> bool {
        let flag = ServedFlag::new((&b"GIF"[..]).into(), SystemTime::UNIX_EPOCH + MODIFIED);
        let etag = flag.etag.to_str().unwrap();
        let mut request = HeaderMap::new();
        for (name, value) in headers {
            let value = value.replace("ETAG", etag);
            request.append(name, HeaderValue::try_from(value).unwrap());
        }
        is_unchanged(&request, &flag)
    }

    #[test]
    fn a_copy_with_the_same_tag_is_valid() {
        use header::IF_NONE_MATCH;

        for list in ["ETAG", "W/ETAG", "*", "\"other\", ETAG", "W/\"a\",W/ETAG ,\"b\""] {
            assert!(unchanged(&[(IF_NONE_MATCH, list)]), "{list}");
        }
        for list in ["\"other\"", "", "w/ETAG", "ETAGx", ","] {
            assert!(!unchanged(&[(IF_NONE_MATCH, list)]), "{list}");
        }
        assert!(unchanged(&[(IF_NONE_MATCH, "\"other\""), (IF_NONE_MATCH, "ETAG")]));
    }

    #[test]
    fn a_copy_that_is_not_older_is_valid() {
        use header::IF_MODIFIED_SINCE;

        for (date, valid) in [
            ("Sun, 09 Sep 2001 01:46:40 GMT", true),
            ("Sunday, 09-Sep-01 01:46:40 GMT", true),
            ("Sun, 09 Sep 2001 01:46:39 GMT", false),
            ("Mon, 10 Sep 2001 01:46:40 GMT", true),
            ("yesterday", false),
            ("", false),
        ] {
            assert_eq!(unchanged(&[(IF_MODIFIED_SINCE, date)]), valid, "{date}");
        }
    }

    #[test]
    fn a_tag_takes_precedence_over_a_date() {
        use header::{IF_MODIFIED_SINCE, IF_NONE_MATCH};

        let (old, new) = ("Sat, 01 Jan 2000 00:00:00 GMT", "Sat, 01 Jan 2022 00:00:00 GMT");
        assert!(!unchanged(&[(IF_NONE_MATCH, "\"other\""), (IF_MODIFIED_SINCE, new)]));
        assert!(unchanged(&[(IF_NONE_MATCH, "ETAG"), (IF_MODIFIED_SINCE, old)]));
        assert!(!unchanged(&[]));
    }
}
