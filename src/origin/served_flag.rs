//! One flag as it is served: its bytes, and what the head of an answer says about them.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, SystemTime};

use axum::body::Bytes;
use axum::http::HeaderValue;

/// One flag, and what an answer says about it.
#[derive(Clone, Debug)]
pub(super) struct Flag {
    pub(super) bytes: Bytes,
    /// In whole seconds, as HTTP has it.
    pub(super) modified: SystemTime,
    pub(super) last_modified: HeaderValue,
    /// A strong one, made of the bytes (RFC 9110 §8.8.3).
    pub(super) etag: HeaderValue,
}

impl Flag {
    pub(super) fn new(bytes: Bytes, modified: SystemTime) -> Flag {
        let seconds = modified.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        let modified = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let last_modified = header(httpdate::fmt_http_date(modified));
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        let etag = header(format!("\"{:x}-{:016x}\"", bytes.len(), hasher.finish()));
        Flag { bytes, modified, last_modified, etag }
    }
}

fn header(text: String) -> HeaderValue {
    HeaderValue::try_from(text).expect("dates and entity tags are made of visible ASCII and blanks")
}
