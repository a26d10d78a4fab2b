//! One flag as it is served: its bytes and the headers that describe them.

use std::hash::Hasher;
use std::time::{Duration, SystemTime};

use axum::body::Bytes;
use axum::http::HeaderValue;
use fnv::FnvHasher;

/// A flag with its validators (RFC 9110 §8.8).
#[derive(Clone, Debug)]
pub(super) struct ServedFlag {
    pub(super) bytes: Bytes,
    /// In whole seconds, the resolution of HTTP dates.
    pub(super) modified: SystemTime,
    pub(super) last_modified: HeaderValue,
    /// A strong entity tag: the length and the 64-bit FNV-1a hash of the bytes. The same bytes have
    /// the same tag in every build and on every machine.
    pub(super) etag: HeaderValue,
}

impl ServedFlag {
    pub(super) fn new(bytes: Bytes, modified: SystemTime) -> ServedFlag {
        let seconds = modified.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        let modified = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let last_modified = header(httpdate::fmt_http_date(modified));
        let mut hasher = FnvHasher::default();
        hasher.write(&bytes);
        let etag = header(format!("\"{:x}-{:016x}\"", bytes.len(), hasher.finish()));
        ServedFlag { bytes, modified, last_modified, etag }
    }
}

fn header(text: String) -> HeaderValue {
    HeaderValue::try_from(text).expect("dates and entity tags consist of visible ASCII and blanks")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_entity_tag_is_the_length_and_the_fnv_1a_hash() {
        let flag = ServedFlag::new(Bytes::from_static(b"foobar"), SystemTime::UNIX_EPOCH);
        // The hash is from the test vectors of the FNV reference code.
        assert_eq!(flag.etag, "\"6-85944171f73967e8\"");
        assert_eq!(flag.last_modified, "Thu, 01 Jan 1970 00:00:00 GMT");
    }
}
