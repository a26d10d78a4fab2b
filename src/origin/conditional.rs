//! Has the client got it already? (RFC 9110 §13)

use axum::http::{HeaderMap, header};

use super::gallery::Flag;

/// Whether a 304 will do: the client's copy is still good.
///
/// `If-None-Match` goes before `If-Modified-Since`, which is not even looked at beside it (RFC 9110 §13.2.2).
pub(super) fn is_unchanged(request: &HeaderMap, flag: &Flag) -> bool {
    let mut tags = request.get_all(header::IF_NONE_MATCH).iter().peekable();
    if tags.peek().is_some() {
        return tags.filter_map(|list| list.to_str().ok()).any(|list| names(list, flag));
    }
    let since = request.get(header::IF_MODIFIED_SINCE).and_then(|date| date.to_str().ok());
    // What is not a date is ignored (§13.1.3).
    since
        .and_then(|date| httpdate::parse_http_date(date).ok())
        .is_some_and(|date| flag.modified <= date)
}

/// Whether a list of entity tags has the flag's: compared weakly, as §13.1.2 asks for.
///
/// The flag's own tag has no comma in it, so that a list may be taken apart at each.
fn names(list: &str, flag: &Flag) -> bool {
    list.split(',')
        .map(str::trim)
        .any(|tag| tag == "*" || flag.etag == tag.strip_prefix("W/").unwrap_or(tag))
}
