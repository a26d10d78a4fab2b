//! What a server reports while it runs: a log entry per request, and files that it cannot serve.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::source::RejectedFile;
use super::weather::Fault;
use crate::country::CountryCode;

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
