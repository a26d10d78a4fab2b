//! What a server reports while it runs: a log entry per request, and files that it cannot serve.
//! Requests are counted by kind.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::source::RejectedFile;
use super::weather::Fault;
use crate::country::CountryCode;
use crate::numbers::counted;

/// Receives the events of a server.
pub type EventHandler = Arc<dyn Fn(Event<'_>) + Send + Sync>;

/// Something that happened in a running server.
#[derive(Debug)]
pub enum Event<'a> {
    /// A request was answered.
    Request(&'a RequestLog),
    /// A file in the served folder could not be served as a flag.
    Rejected(&'a RejectedFile),
}

/// A request and its response. The entry is made when the head of the response is ready to be sent.
#[derive(Clone, Debug)]
pub struct RequestLog {
    /// When the request arrived.
    pub time: SystemTime,
    /// The client's address.
    pub client: SocketAddr,
    /// The path of the request, without the query. A client can put any text here.
    pub path: String,
    /// The code of the requested flag; `None` for any other path.
    pub code: Option<CountryCode>,
    /// The status of the response.
    pub status: u16,
    /// The number of bytes of the body that will be sent: fewer than `Content-Length` if a fault
    /// cuts the body.
    pub bytes: u64,
    /// The injected delay.
    pub delay: Duration,
    /// The injected fault.
    pub fault: Option<Fault>,
}

/// The kinds of responses that are counted.
#[derive(Clone, Copy)]
enum Kind {
    /// A whole flag, or only its headers in response to `HEAD`.
    Ok,
    /// 304: the client's copy is still valid.
    Unchanged,
    NotFound,
    /// An injected error.
    Error,
    /// A connection reset mid-body.
    Reset,
    /// A body that ended early.
    Truncated,
    /// A body that went silent.
    Stalled,
    /// The gallery with its style sheet and icon, and redirects to it.
    Page,
    /// 400: no valid `Host`.
    BadRequest,
    /// 405: a method other than `GET` and `HEAD`.
    Refused,
    /// 500: a file could not be read.
    Unreadable,
}

/// The name of each [`Kind`] in the singular and in the plural, in the order of the variants.
const NAMES: [(&str, &str); 11] = [
    ("ok", "ok"),
    ("unchanged", "unchanged"),
    ("not found", "not found"),
    ("error", "errors"),
    ("reset", "resets"),
    ("truncated", "truncated"),
    ("stalled", "stalled"),
    ("for the page", "for the page"),
    ("bad request", "bad requests"),
    ("method refused", "methods refused"),
    ("unreadable", "unreadable"),
];

/// The number of requests that a server has answered, by kind. A request is not counted if the
/// server stopped or the client disconnected before the response began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RequestCounts([u64; NAMES.len()]);

impl RequestCounts {
    /// Adds one request.
    pub(super) fn add(&mut self, request: &RequestLog) {
        self.0[Kind::of(request) as usize] += 1;
    }
}

impl Kind {
    fn of(request: &RequestLog) -> Kind {
        match (request.fault, request.status) {
            (Some(Fault::Error), _) => Kind::Error,
            (Some(Fault::Reset), _) => Kind::Reset,
            (Some(Fault::Truncate), _) => Kind::Truncated,
            (Some(Fault::Stall), _) => Kind::Stalled,
            (None, 304) => Kind::Unchanged,
            (None, 400) => Kind::BadRequest,
            (None, 404) => Kind::NotFound,
            (None, 405) => Kind::Refused,
            (None, 500) => Kind::Unreadable,
            (None, _) if request.code.is_some() => Kind::Ok,
            (None, _) => Kind::Page,
        }
    }
}

/// For example `212 requests: 190 ok, 12 not found, 10 errors`. Kinds that did not occur are left
/// out.
impl fmt::Display for RequestCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", counted(self.0.iter().sum::<u64>(), "request", "requests"))?;
        let occurred = self.0.into_iter().zip(NAMES).filter(|(count, _)| *count > 0);
        for (i, (count, (one, many))) in occurred.enumerate() {
            let separator = if i == 0 { ":" } else { "," };
            write!(f, "{separator} {}", counted(count, one, many))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The counts of requests with these statuses and faults. Those with a code are for flags.
    fn counts(requests: &[(Option<CountryCode>, u16, Option<Fault>)]) -> String {
        let mut counts = RequestCounts::default();
        for &(code, status, fault) in requests {
            counts.add(&RequestLog {
                time: SystemTime::UNIX_EPOCH,
                client: ([127, 0, 0, 1], 1).into(),
                path: String::new(),
                code,
                status,
                bytes: 0,
                delay: Duration::ZERO,
                fault,
            });
        }
        counts.to_string()
    }

    #[test]
    fn each_request_is_counted_under_its_own_kind() {
        let flag = "BR".parse().ok();
        for (code, status, fault, kind) in [
            (flag, 200, None, "ok"),
            (flag, 304, None, "unchanged"),
            (flag, 404, None, "not found"),
            (None, 404, None, "not found"),
            (flag, 404, Some(Fault::Error), "error"),
            (flag, 200, Some(Fault::Reset), "reset"),
            (flag, 200, Some(Fault::Truncate), "truncated"),
            (flag, 200, Some(Fault::Stall), "stalled"),
            (None, 200, None, "for the page"),
            (None, 307, None, "for the page"),
            (None, 400, None, "bad request"),
            (None, 405, None, "method refused"),
            (flag, 500, None, "unreadable"),
        ] {
            assert_eq!(counts(&[(code, status, fault)]), format!("1 request: 1 {kind}"));
        }
    }

    #[test]
    fn only_kinds_that_occurred_are_printed() {
        assert_eq!(counts(&[]), "0 requests");
        let mut requests = vec![(None, 404, None); 3];
        requests.extend([("BR".parse().ok(), 418, Some(Fault::Error)); 2]);
        assert_eq!(counts(&requests), "5 requests: 3 not found, 2 errors");
    }
}
