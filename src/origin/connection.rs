//! Client connections: accepted, served until they end, closed with a FIN or a TCP reset.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Sleep, sleep};

/// How long a client may take to send the head of a request, and how long it may accept no byte of
/// a response. The time for a head runs from the start of the connection or the end of the last
/// response, so it also bounds how long a connection may be idle.
const CLIENT_TIMEOUT: Duration = Duration::from_secs(10);

/// The send buffer of a connection, in bytes, and the maximum size of a write. A client that reads
/// slowly frees a part of the buffer several times in [`CLIENT_TIMEOUT`]. One that reads nothing
/// holds no more memory than this. Windows accepts a write of any size while the buffer has room.
pub(super) const SEND_BUFFER: u32 = 64 << 10;

/// The pause after a connection could not be accepted, most likely for lack of descriptors.
const ACCEPT_RETRY_PAUSE: Duration = Duration::from_millis(100);

/// The connection over which a request came, as an extension of the request.
#[derive(Clone)]
pub(super) struct Connection {
    pub(super) client: SocketAddr,
    /// The server's address, as the client sees it.
    pub(super) server: SocketAddr,
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
    // This fails only on a dead connection.
    let Ok(server) = stream.local_addr() else { return };
    // Throttled bodies are sent in many small writes, which Nagle's algorithm would hold back. If
    // the option is refused the connection is broken, and the next write reports that.
    let _ = stream.set_nodelay(true);
    let reset_handle = ResetHandle::default();
    let connection = Connection { client, server, reset_handle: reset_handle.clone() };
    let stream = WriteTimeout { stream, blocked: None, reset_handle: reset_handle.clone() };
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(CLIENT_TIMEOUT)
        .serve_connection(
            TokioIo::new(stream),
            TowerToHyperService::new(router.layer(Extension(connection))),
        );
    // An error is normal here: the client closed the connection, or a fault was injected.
    let _ = poll_fn(|cx| connection.poll_without_shutdown(cx)).await;
    let stream = connection.into_parts().io.into_inner().stream;
    if reset_handle.0.load(Ordering::Relaxed) {
        // A linger time of zero makes close() send RST. This fails only on a dead connection.
        let _ = stream.set_zero_linger();
    }
}

/// A stream whose writes fail once the client has accepted nothing for [`CLIENT_TIMEOUT`].
struct WriteTimeout<S> {
    stream: S,
    /// Runs out when the writes fail; `None` unless the last write had to wait.
    blocked: Option<Pin<Box<Sleep>>>,
    reset_handle: ResetHandle,
}

impl<S: AsyncRead + Unpin> AsyncRead for WriteTimeout<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for WriteTimeout<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let bytes = &bytes[..bytes.len().min(SEND_BUFFER as usize)];
        if let Poll::Ready(written) = Pin::new(&mut self.stream).poll_write(cx, bytes) {
            self.blocked = None;
            return Poll::Ready(written);
        }
        let blocked = self.blocked.get_or_insert_with(|| Box::pin(sleep(CLIENT_TIMEOUT)));
        ready!(blocked.as_mut().poll(cx));
        // With a FIN the system would keep the unread bytes until the client takes them.
        self.reset_handle.reset_on_close();
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::time::{Instant, timeout};

    use super::*;

    const A_MOMENT: Duration = Duration::from_millis(10);

    fn router() -> Router {
        Router::new()
            .route("/", get(|| async { "hello" }))
            // More than all buffers between the server and its client hold.
            .route("/large", get(|| async { vec![0; 64 << 20] }))
    }

    /// The clock is simulated: it advances to the next timer whenever all tasks wait.
    #[tokio::test(start_paused = true)]
    async fn clients_that_send_no_whole_request_are_disconnected_after_10_seconds() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(accept(listener, router()));
        let half_a_request = &b"GET / HTTP/1.1\r\nHost: localhost\r\n"[..];
        let half_a_body = &b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n1"[..];
        let one_request = &b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"[..];
        for sent in [b"", half_a_request, half_a_body, one_request] {
            let mut clients = Vec::new();
            for _ in 0..200 {
                let mut client = TcpStream::connect(address).await.unwrap();
                client.write_all(sent).await.unwrap();
                clients.push(client);
            }
            let start = Instant::now();
            for mut client in clients {
                let mut received = Vec::new();
                let end = timeout(2 * CLIENT_TIMEOUT, client.read_to_end(&mut received)).await;
                end.expect("the server closes the connection").unwrap();
                assert_eq!(
                    received.ends_with(b"hello"),
                    sent.ends_with(b"1") || sent == one_request
                );
            }
            assert!(start.elapsed() <= CLIENT_TIMEOUT + A_MOMENT);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_reads_nothing_is_disconnected_after_10_seconds() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        client.write_all(b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
        let (stream, address) = listener.accept().await.unwrap();
        let start = Instant::now();
        // The system may take more bytes after a pause, and the time then starts anew.
        let served = timeout(10 * CLIENT_TIMEOUT, serve(stream, address, router())).await;
        served.expect("the server gives up");
        assert!(start.elapsed() >= CLIENT_TIMEOUT);
        assert!(client.read_to_end(&mut Vec::new()).await.is_err(), "the connection is reset");
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_pauses_for_less_than_10_seconds_gets_the_whole_response() {
        let (stream, mut client) = tokio::io::duplex(1000);
        let mut stream = WriteTimeout { stream, blocked: None, reset_handle: Default::default() };
        let written = tokio::spawn(async move { stream.write_all(&[0; 5000]).await });
        for _ in 0..5 {
            sleep(CLIENT_TIMEOUT - A_MOMENT).await;
            client.read_exact(&mut [0; 1000]).await.unwrap();
        }
        written.await.unwrap().unwrap();
    }
}
