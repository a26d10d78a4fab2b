//! How many of what an origin answered.

use std::fmt;

use serde::Serialize;

/// How many of what an origin answered, by kind. What it had not begun to answer when it stopped, or when the client
/// hung up, is not among it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RequestCounts {
    /// Flags, whole; to `HEAD`, their headers.
    pub ok: u64,
    /// 304, the client's copy is still good.
    pub unchanged: u64,
    /// 404.
    pub not_found: u64,
    /// Errors that the weather set.
    pub errors: u64,
    /// Connections reset in mid-body.
    pub resets: u64,
    /// Bodies ended early.
    pub truncations: u64,
    /// Bodies gone silent.
    pub stalls: u64,
    /// The page for a browser, and what belongs to it.
    pub pages: u64,
    /// 405, for a method other than `GET` and `HEAD`.
    pub refused: u64,
    /// 500, for a file that could not be read.
    pub failed: u64,
}

impl RequestCounts {
    /// All of it.
    pub fn requests(&self) -> u64 {
        self.kinds().iter().map(|(count, ..)| count).sum()
    }

    /// Each count, and what one and many of it are called.
    fn kinds(&self) -> [(u64, &'static str, &'static str); 10] {
        [
            (self.ok, "ok", "ok"),
            (self.unchanged, "unchanged", "unchanged"),
            (self.not_found, "not found", "not found"),
            (self.errors, "error", "errors"),
            (self.resets, "reset", "resets"),
            (self.truncations, "truncated", "truncated"),
            (self.stalls, "stalled", "stalled"),
            (self.pages, "for the page", "for the page"),
            (self.refused, "method refused", "methods refused"),
            (self.failed, "unreadable", "unreadable"),
        ]
    }
}

/// As `212 requests: 190 ok, 12 not found, 10 errors`: only what occurred.
impl fmt::Display for RequestCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let requests = self.requests();
        write!(f, "{requests} {}", if requests == 1 { "request" } else { "requests" })?;
        let occurred = self.kinds().into_iter().filter(|(count, ..)| *count > 0);
        for (i, (count, one, many)) in occurred.enumerate() {
            let joint = if i == 0 { ":" } else { "," };
            write!(f, "{joint} {count} {}", if count == 1 { one } else { many })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_occurred_is_told() {
        assert_eq!(RequestCounts::default().to_string(), "0 requests");
        assert_eq!(
            RequestCounts { ok: 1, ..RequestCounts::default() }.to_string(),
            "1 request: 1 ok"
        );
        let tally = RequestCounts {
            ok: 190,
            not_found: 12,
            errors: 1,
            resets: 9,
            ..RequestCounts::default()
        };
        assert_eq!(tally.to_string(), "212 requests: 190 ok, 12 not found, 1 error, 9 resets");
    }
}
