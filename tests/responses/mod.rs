//! The table of odd and hostile responses over HTTP/1: what a server does, and the expected result.
//! Where HTTP allows either, a client is expected to be as tolerant as curl.

mod bodies;
mod connection;
mod heads;
mod lengths;
mod redirects;
mod statuses;

use std::ops::RangeInclusive;

use super::support::handlers::Handler;

/// The attempts that a run may make.
pub const ATTEMPTS: u64 = 3;

/// What a server does, and the expected result.
pub struct Row {
    pub does: &'static str,
    /// The status in JSON: `ok`, `not_found` or `error`.
    pub status: &'static str,
    /// The kind of the error in JSON.
    pub kind: Option<&'static str>,
    pub attempts: RangeInclusive<u64>,
    /// The number of requests that reach the flag's own URL.
    pub requests: RangeInclusive<u64>,
    /// How long it takes at least, in seconds.
    pub pause: f64,
    pub how: Handler,
}

impl Row {
    pub fn is_saved(&self) -> bool {
        self.status == "ok"
    }
}

/// All rows, each with a code of its own.
pub fn table() -> Vec<(String, &'static Row)> {
    let topics = [
        statuses::ROWS,
        connection::ROWS,
        lengths::ROWS,
        heads::ROWS,
        redirects::ROWS,
        bodies::ROWS,
    ];
    let letters = || 'A'..='Z';
    let codes = letters().flat_map(|a| letters().map(move |b| format!("{a}{b}")));
    codes.zip(topics.into_iter().flatten()).collect()
}

const fn row(
    does: &'static str,
    status: &'static str,
    kind: Option<&'static str>,
    attempts: u64,
    how: Handler,
) -> Row {
    let once_each = attempts..=attempts;
    let requests = attempts..=attempts;
    Row { does, status, kind, attempts: once_each, requests, pause: 0.0, how }
}

/// The flag is saved at the first attempt.
const fn saved(does: &'static str, how: Handler) -> Row {
    row(does, "ok", None, 1, how)
}

/// The flag is saved at the second attempt.
const fn saved_at_second(does: &'static str, how: Handler) -> Row {
    row(does, "ok", None, 2, how)
}

/// The flag is saved at the second attempt, after at least so many seconds.
const fn saved_after_pause(does: &'static str, pause: f64, how: Handler) -> Row {
    Row { pause, ..row(does, "ok", None, 2, how) }
}

const fn not_found(does: &'static str, how: Handler) -> Row {
    row(does, "not_found", None, 1, how)
}

/// A failure that is retried and persists. The pauses before retries grow: 0.2 s, then 0.4 s.
const fn transient(does: &'static str, kind: &'static str, how: Handler) -> Row {
    Row { pause: 0.6, ..row(does, "error", Some(kind), ATTEMPTS, how) }
}

/// A failure that is not retried.
const fn permanent(does: &'static str, kind: &'static str, how: Handler) -> Row {
    row(does, "error", Some(kind), 1, how)
}

/// The connection is closed before the response, each time. If it had already carried a response,
/// the first request is sent twice.
const fn closed(does: &'static str, how: Handler) -> Row {
    Row { requests: ATTEMPTS..=ATTEMPTS + 1, ..row(does, "error", Some("connect"), ATTEMPTS, how) }
}

/// The connection is closed before the response, once. That costs an attempt, unless the connection
/// had already carried a response.
const fn closed_once(does: &'static str, how: Handler) -> Row {
    Row { attempts: 1..=2, ..row(does, "ok", None, 2, how) }
}
