//! Reuse of connections, and which requests can be sent again because a reused one was lost.

use std::collections::HashSet;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Mutex;

use h2::Reason;
use hyper::http::Extensions;
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpInfo;
use reqwest::Response;

use super::causes::find;

/// The connections that a request may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Reuse {
    /// Connections of the pool, which are kept after a response and, over HTTP/2, shared.
    Pooled,
    /// A new connection, which is closed after the response.
    Fresh,
}

/// The local addresses of the pooled HTTP/1 connections that have answered a request.
#[derive(Default)]
pub(super) struct AnsweredConnections(Mutex<HashSet<SocketAddr>>);

impl AnsweredConnections {
    /// Records the connection that `response` came over, which is not HTTP/2.
    pub(super) fn record(&self, response: &Response, reuse: Reuse) {
        if reuse == Reuse::Pooled
            && let Some(connection) = response.extensions().get::<HttpInfo>()
        {
            self.0.lock().expect("no holder panics").insert(connection.local_addr());
        }
    }

    /// Whether the request that failed with `error` before the head of its response can be sent
    /// again safely:
    /// - It was never sent.
    /// - HTTP/2: its stream is above the last one that a GOAWAY names (RFC 9113 §6.8), or it was
    ///   reset with REFUSED_STREAM (§8.7).
    /// - HTTP/1: its connection, from the pool, had answered a request before, and then the server
    ///   closed it (RFC 9112 §9.3.1). A response that ends within its head is treated the same,
    ///   because the HTTP library reports both alike. Repeating a GET is safe (RFC 9110 §9.2.2).
    ///   A fresh connection never qualifies, even if its port is one that an earlier connection
    ///   had.
    pub(super) fn can_be_resent(&self, error: &reqwest::Error, reuse: Reuse) -> bool {
        if let Some(http2) = find::<h2::Error>(error) {
            let refused = http2.is_reset() && http2.reason() == Some(Reason::REFUSED_STREAM);
            return http2.is_remote() && (http2.is_go_away() || refused);
        }
        find::<hyper::Error>(error).is_some_and(|http| {
            let is_pooled = reuse == Reuse::Pooled;
            http.is_canceled() || (is_pooled && is_closed(http) && self.take_record(error))
        })
    }

    /// Removes the record of the connection that `error` ended, because a later connection may have
    /// the same address. Returns whether there was one. There is none for HTTP/2.
    fn take_record(&self, error: &reqwest::Error) -> bool {
        let mut info = Extensions::new();
        let connection = find::<legacy::Error>(error).and_then(legacy::Error::connect_info);
        connection.inspect(|connection| connection.get_extras(&mut info));
        let mut answered = self.0.lock().expect("no holder panics");
        info.get::<HttpInfo>().is_some_and(|info| answered.remove(&info.local_addr()))
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

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use tokio::io::AsyncReadExt;
    use tokio::net::TcpListener;

    use super::*;

    /// The error of a request on a connection that the server closes without a response.
    async fn error_of_a_closed_connection() -> reqwest::Error {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.read(&mut [0; 1000]).await;
        });
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().tls_certs_only([]).no_proxy().build().unwrap();
        client.get(url).send().await.unwrap_err()
    }

    #[tokio::test]
    async fn a_closed_connection_counts_only_if_it_is_pooled_and_had_answered() {
        // An earlier connection had each port, and therefore also that of the closed connection.
        let ports = (1..=u16::MAX).map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
        let answered = AnsweredConnections(Mutex::new(ports.collect()));
        let error = error_of_a_closed_connection().await;
        assert!(!answered.can_be_resent(&error, Reuse::Fresh));
        assert!(answered.can_be_resent(&error, Reuse::Pooled));
        // The record of that connection is gone.
        assert!(!answered.can_be_resent(&error, Reuse::Pooled));
    }
}
