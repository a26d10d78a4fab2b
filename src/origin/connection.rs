//! Client connections: accepted, served until they end, closed with a FIN or a TCP reset.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

/// How long a client may take to send the head of a request. The time runs from the start of the
/// connection or the end of the last response, so it also bounds how long a connection may be idle.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// The pause after a connection could not be accepted, most likely for lack of descriptors.
const ACCEPT_RETRY_PAUSE: Duration = Duration::from_millis(100);

/// The connection over which a request came, as an extension of the request.
#[derive(Clone)]
pub(super) struct Connection {
    pub(super) client: SocketAddr,
    pub(super) reset_handle: ResetHandle,
}

/// Lets a request handler choose how its connection ends.
#[derive(Clone, Debug, Default)]
pub(super) struct ResetHandle(Arc<AtomicBool>);

impl ResetHandle {
    /// Makes the connection end with a TCP reset (RST) instead of a FIN once it is closed.
    pub(super) fn reset_on_close(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Accepts connections for ever and serves each in a task of its own.
pub(super) async fn accept(listener: TcpListener, router: Router) {
    loop {
        match listener.accept().await {
            Ok((stream, client)) => drop(tokio::spawn(serve(stream, client, router.clone()))),
            Err(_) => sleep(ACCEPT_RETRY_PAUSE).await,
        }
    }
}

/// Serves the requests of one connection until either side closes it.
async fn serve(stream: TcpStream, client: SocketAddr, router: Router) {
    // Throttled bodies are sent in many small writes, which Nagle's algorithm would hold back. If
    // the option is refused the connection is broken, and the next write reports that.
    let _ = stream.set_nodelay(true);
    let reset_handle = ResetHandle::default();
    let router = router.layer(Extension(Connection { client, reset_handle: reset_handle.clone() }));
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    // An error is normal here: the client closed the connection, or a fault was injected.
    let _ = poll_fn(|cx| connection.poll_without_shutdown(cx)).await;
    let stream = connection.into_parts().io.into_inner();
    if reset_handle.is_set() {
        // A linger time of zero makes close() send RST. This fails only on a dead connection.
        let _ = stream.set_zero_linger();
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::time::{Instant, timeout};

    use super::*;

    async fn start_server() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(accept(listener, Router::new().route("/", get(|| async { "hello" }))));
        address
    }

    /// The clock is simulated: it advances to the next timer whenever all tasks wait.
    #[tokio::test(start_paused = true)]
    async fn clients_that_send_no_whole_request_are_disconnected_after_10_seconds() {
        const TEN_SECONDS: Duration = Duration::from_secs(10);
        let address = start_server().await;
        let half_a_request = &b"GET / HTTP/1.1\r\nHost: localhost\r\n"[..];
        let one_request = &b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"[..];
        for sent in [b"", half_a_request, one_request] {
            let mut clients = Vec::new();
            for _ in 0..200 {
                let mut client = TcpStream::connect(address).await.unwrap();
                client.write_all(sent).await.unwrap();
                clients.push(client);
            }
            let start = Instant::now();
            for mut client in clients {
                let mut received = Vec::new();
                let end = timeout(2 * TEN_SECONDS, client.read_to_end(&mut received)).await;
                end.expect("the server closes the connection").unwrap();
                assert_eq!(received.ends_with(b"hello"), sent == one_request);
            }
            assert!(start.elapsed() <= TEN_SECONDS + Duration::from_millis(10));
        }
    }
}
