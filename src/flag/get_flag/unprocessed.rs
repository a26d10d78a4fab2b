//! Which failed requests the server provably did not process, so that they can be sent again.

use std::collections::HashSet;
use std::io::ErrorKind;
use std::net::SocketAddr;

use h2::Reason;
use hyper::http::Extensions;
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpInfo;
use parking_lot::Mutex;
use reqwest::{Response, Version};

use super::error::find;

/// The local addresses of the HTTP/1 connections that have answered a request.
#[derive(Default)]
pub(super) struct AnsweredConnections(Mutex<HashSet<SocketAddr>>);

impl AnsweredConnections {
    /// Records the connection that `response` came over.
    pub(super) fn record(&self, response: &Response) {
        if response.version() != Version::HTTP_2
            && let Some(connection) = response.extensions().get::<HttpInfo>()
        {
            self.0.lock().insert(connection.local_addr());
        }
    }

    /// Whether the server provably did not process the request that failed with `error` before the
    /// head of its response:
    /// - It was never sent.
    /// - HTTP/2: its stream is above the last one that a GOAWAY names (RFC 9113 §6.8), or it was
    ///   reset with REFUSED_STREAM (§8.7).
    /// - HTTP/1: its connection had answered a request before, and then the server closed it
    ///   (RFC 9112 §9.3.1). A response that ends within its head is treated the same, because the
    ///   HTTP library reports both alike. Repeating a GET is safe (RFC 9110 §9.2.2).
    pub(super) fn is_unprocessed(&self, error: &reqwest::Error) -> bool {
        if let Some(http2) = find::<h2::Error>(error) {
            let refused = http2.is_reset() && http2.reason() == Some(Reason::REFUSED_STREAM);
            return http2.is_remote() && (http2.is_go_away() || refused);
        }
        find::<hyper::Error>(error)
            .is_some_and(|http| http.is_canceled() || (is_closed(http) && self.has_answered(error)))
    }

    /// Whether the connection that `error` occurred on has answered a request. Never true for
    /// HTTP/2, whose connections are not recorded.
    fn has_answered(&self, error: &reqwest::Error) -> bool {
        let mut info = Extensions::new();
        let connection = find::<legacy::Error>(error).and_then(legacy::Error::connect_info);
        connection.inspect(|connection| connection.get_extras(&mut info));
        info.get::<HttpInfo>().is_some_and(|info| self.0.lock().contains(&info.local_addr()))
    }
}

/// Whether the server closed or reset the connection.
fn is_closed(error: &hyper::Error) -> bool {
    use ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    error.is_incomplete_message()
        || find::<std::io::Error>(error).is_some_and(|io| {
            matches!(io.kind(), BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof)
        })
}
