//! What a server reports about each request, and the number of requests by kind.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::weather::Fault;
use crate::country::CountryCode;
use crate::numbers::counted;

/// Receives the log entry of each request.
pub type OnRequest = Arc<dyn Fn(&RequestLog) + Send + Sync>;

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
    /// A sentence for each file of the served folder that was read and is not a flag.
    pub rejected: Vec<String>,
}

/// A kind of request: its names in the singular and in the plural, and whether it includes a
/// request.
type Kind = (&'static str, &'static str, fn(&RequestLog) -> bool);

/// A request is counted under the first kind that includes it.
const KINDS: [Kind; 11] = [
    ("ok", "ok", |log| log.fault.is_none() && log.code.is_some() && log.status == 200),
    ("unchanged", "unchanged", |log| log.fault.is_none() && log.status == 304),
    ("not found", "not found", |log| log.fault.is_none() && log.status == 404),
    ("error", "errors", |log| log.fault == Some(Fault::Error)),
    ("reset", "resets", |log| log.fault == Some(Fault::Reset)),
    ("truncated", "truncated", |log| log.fault == Some(Fault::Truncate)),
    ("stalled", "stalled", |log| log.fault == Some(Fault::Stall)),
    ("for the page", "for the page", |log| log.status < 400),
    ("bad request", "bad requests", |log| log.status == 400),
    ("method refused", "methods refused", |log| log.status == 405),
    ("unreadable", "unreadable", |log| log.status == 500),
];

/// The number of requests that a server has answered, by kind. A request is not counted if the
/// server stopped or the client disconnected before the response began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RequestCounts([u64; KINDS.len()]);

impl RequestCounts {
    /// Adds one request.
    pub(super) fn add(&mut self, request: &RequestLog) {
        if let Some(kind) = KINDS.iter().position(|(_, _, includes)| includes(request)) {
            self.0[kind] += 1;
        }
    }
}

/// For example `212 requests: 190 ok, 12 not found, 10 errors`. Kinds that did not occur are left
/// out.
impl fmt::Display for RequestCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", counted(self.0.iter().sum::<u64>(), "request", "requests"))?;
        let occurred = self.0.into_iter().zip(KINDS).filter(|(count, _)| *count > 0);
        for (i, (count, (one, many, _))) in occurred.enumerate() {
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
                rejected: Vec::new(),
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
