//! The number of requests that a server has answered, by kind.

use std::fmt;

use super::event::RequestLog;
use super::weather::Fault;
use crate::numbers::counted;

/// The number of requests that a server has answered, by kind. A request is not counted if the
/// server stopped or the client disconnected before the response began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RequestCounts {
    /// Whole flags, or only their headers in response to `HEAD`.
    pub ok: u64,
    /// 304: the client's copy is still valid.
    pub unchanged: u64,
    /// 404.
    pub not_found: u64,
    /// Injected errors.
    pub errors: u64,
    /// Connections reset mid-body.
    pub resets: u64,
    /// Bodies that ended early.
    pub truncations: u64,
    /// Bodies that went silent.
    pub stalls: u64,
    /// The gallery page with its style sheet and icon, and redirects to it.
    pub pages: u64,
    /// 405: a method other than `GET` and `HEAD`.
    pub refused: u64,
    /// 500: a file could not be read.
    pub failed: u64,
}

impl RequestCounts {
    /// The sum of all kinds.
    pub fn requests(&self) -> u64 {
        self.kinds().iter().map(|(count, ..)| count).sum()
    }

    /// Adds one request.
    pub(super) fn add(&mut self, request: &RequestLog) {
        let count = match (request.fault, request.status) {
            (Some(Fault::Error), _) => &mut self.errors,
            (Some(Fault::Reset), _) => &mut self.resets,
            (Some(Fault::Truncate), _) => &mut self.truncations,
            (Some(Fault::Stall), _) => &mut self.stalls,
            (None, 304) => &mut self.unchanged,
            (None, 404) => &mut self.not_found,
            (None, 405) => &mut self.refused,
            (None, 500) => &mut self.failed,
            (None, _) if request.code.is_some() => &mut self.ok,
            (None, _) => &mut self.pages,
        };
        *count += 1;
    }

    /// Each count with its name in the singular and in the plural.
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

/// For example `212 requests: 190 ok, 12 not found, 10 errors`. Kinds that did not occur are left
/// out.
impl fmt::Display for RequestCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", counted(self.requests(), "request", "requests"))?;
        let occurred = self.kinds().into_iter().filter(|(count, ..)| *count > 0);
        for (i, (count, singular, plural)) in occurred.enumerate() {
            let separator = if i == 0 { ":" } else { "," };
            write!(f, "{separator} {}", counted(count, singular, plural))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_kinds_that_occurred_are_printed() {
        let none = RequestCounts::default();
        assert_eq!(none.to_string(), "0 requests");
        assert_eq!(RequestCounts { ok: 1, ..none }.to_string(), "1 request: 1 ok");
        let counts = RequestCounts { ok: 190, not_found: 12, errors: 1, resets: 9, ..none };
        assert_eq!(counts.to_string(), "212 requests: 190 ok, 12 not found, 1 error, 9 resets");
    }
}
