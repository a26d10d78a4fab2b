//! Over https, one connection is made first. If it is HTTP/2, it serves all requests.
//!
//! Otherwise 20 requests at once would make 20 connections, and 19 handshakes would be wasted:
//! the protocol is known only at the end of a handshake (ALPN, RFC 7301).

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper_util::client::legacy::connect::Connection;
use tokio::sync::watch;
use tokio::time::timeout;
use tower::{Layer, Service};

/// How long requests wait for the first connection: some round trips. After that, each makes its
/// own.
const HEAD_START: Duration = Duration::from_millis(500);

/// The state of the first connection, which is called the leader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LeaderState {
    /// The connection is not needed yet.
    Idle,
    /// The connection is being made.
    Connecting,
    /// The connection is HTTP/2, so requests share it. The client asks for a connection again only
    /// if it has been closed.
    Shared,
    /// The connection serves one request at a time, or it could not be made. Each request makes its
    /// own.
    NotShared,
}

/// A layer around the connector of a client that talks to a single host.
#[derive(Clone)]
pub(super) struct SingleFlightConnect {
    leader: Arc<watch::Sender<LeaderState>>,
}

impl Default for SingleFlightConnect {
    fn default() -> Self {
        SingleFlightConnect { leader: Arc::new(watch::Sender::new(LeaderState::Idle)) }
    }
}

#[derive(Clone)]
pub(super) struct SingleFlightConnector<S> {
    inner: S,
    leader: Arc<watch::Sender<LeaderState>>,
}

impl<S> Layer<S> for SingleFlightConnect {
    type Service = SingleFlightConnector<S>;

    fn layer(&self, inner: S) -> SingleFlightConnector<S> {
        SingleFlightConnector { inner, leader: self.leader.clone() }
    }
}

impl<S, D> Service<D> for SingleFlightConnector<S>
where
    S: Service<D, Response: Connection + Send, Error: Send, Future: Send> + Clone + Send + 'static,
    D: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, destination: D) -> Self::Future {
        // The service that `poll_ready` has prepared is called, and a clone of it stays here.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let leader = self.leader.clone();
        match begin(&leader) {
            LeaderState::Idle | LeaderState::Shared => Box::pin(async move {
                let guard = LeaderGuard(&leader);
                let connection = inner.call(destination).await?;
                if connection.connected().is_negotiated_h2() {
                    guard.0.send_replace(LeaderState::Shared);
                }
                Ok(connection)
            }),
            LeaderState::Connecting => Box::pin(async move {
                let mut state = leader.subscribe();
                let ended = state.wait_for(|state| *state != LeaderState::Connecting);
                let ended = timeout(HEAD_START, ended).await;
                if ended.is_ok_and(|state| state.is_ok_and(|state| *state == LeaderState::Shared)) {
                    // The client gives the shared connection to the request that wanted this one.
                    return std::future::pending().await;
                }
                inner.call(destination).await
            }),
            LeaderState::NotShared => Box::pin(inner.call(destination)),
        }
    }
}

/// Returns the state, which becomes `Connecting` if there is no usable connection.
fn begin(leader: &watch::Sender<LeaderState>) -> LeaderState {
    let mut before = LeaderState::Idle;
    leader.send_if_modified(|state| {
        before = *state;
        let leads = matches!(before, LeaderState::Idle | LeaderState::Shared);
        if leads {
            *state = LeaderState::Connecting;
        }
        leads
    });
    before
}

/// Guards the leader while it connects. If it is dropped before the connection is known to be
/// shared, because that failed or was cancelled, all other requests make their own connections.
struct LeaderGuard<'a>(&'a watch::Sender<LeaderState>);

impl Drop for LeaderGuard<'_> {
    fn drop(&mut self) {
        self.0.send_if_modified(|state| {
            let is_open = *state == LeaderState::Connecting;
            if is_open {
                *state = LeaderState::NotShared;
            }
            is_open
        });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    use futures_util::future::BoxFuture;
    use hyper_util::client::legacy::connect::Connected;
    use tokio::time::{Instant, sleep};

    use super::*;

    /// How long it takes to make a connection.
    const HANDSHAKE: Duration = Duration::from_millis(100);

    /// Makes connections of one kind. A clone has to be polled until it is ready, as for any
    /// service.
    #[derive(Clone, Default)]
    struct Connector {
        first: Option<First>,
        made: Arc<AtomicUsize>,
        is_ready: bool,
    }

    /// How the first connection differs from the later ones, which are HTTP/1.
    #[derive(Debug, Clone, Copy)]
    enum First {
        Http2,
        Fails,
        Hangs,
    }

    struct Made {
        is_http2: bool,
    }

    impl Connection for Made {
        fn connected(&self) -> Connected {
            if self.is_http2 { Connected::new().negotiated_h2() } else { Connected::new() }
        }
    }

    impl Service<()> for Connector {
        type Response = Made;
        type Error = ();
        type Future = BoxFuture<'static, Result<Made, ()>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ()>> {
            self.is_ready = true;
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, (): ()) -> Self::Future {
            assert!(std::mem::take(&mut self.is_ready), "called before it was ready");
            let is_first = self.made.fetch_add(1, SeqCst) == 0;
            let first = self.first.filter(|_| is_first);
            Box::pin(async move {
                sleep(HANDSHAKE).await;
                match first {
                    Some(First::Fails) => Err(()),
                    Some(First::Hangs) => std::future::pending().await,
                    Some(First::Http2) => Ok(Made { is_http2: true }),
                    None => Ok(Made { is_http2: false }),
                }
            })
        }
    }

    /// A connection that a request asks for.
    async fn connect(layer: &SingleFlightConnect, connector: &Connector) -> Result<Made, ()> {
        let mut service = layer.layer(connector.clone());
        std::future::poll_fn(|context| service.poll_ready(context)).await?;
        service.call(()).await
    }

    /// When a second request has its connection, if it asks while the first connection is made.
    async fn second_after(first: Option<First>) -> Duration {
        let connector = Connector { first, ..Connector::default() };
        let (layer, start) = (SingleFlightConnect::default(), Instant::now());
        let second = async {
            connect(&layer, &connector).await.expect("only the first connection can fail");
            start.elapsed()
        };
        let leader = async {
            let _ = connect(&layer, &connector).await;
            std::future::pending::<()>().await;
        };
        tokio::select! {
            biased;
            () = leader => unreachable!("it never ends"),
            elapsed = second => elapsed,
            () = sleep(Duration::from_secs(60)) => panic!("it waits without end"),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn requests_share_a_first_connection_that_is_http2() {
        let connector = Connector { first: Some(First::Http2), ..Connector::default() };
        let layer = SingleFlightConnect::default();
        let second = timeout(Duration::from_secs(60), connect(&layer, &connector));
        let (first, second) = tokio::join!(biased; connect(&layer, &connector), second);
        assert!(first.is_ok_and(|made| made.is_http2));
        assert!(second.is_err(), "it needs no connection of its own");
        assert_eq!(connector.made.load(SeqCst), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_first_connection_that_is_http1_or_fails_makes_room_for_others_at_once() {
        assert_eq!(second_after(None).await, 2 * HANDSHAKE);
        assert_eq!(second_after(Some(First::Fails)).await, 2 * HANDSHAKE);
    }

    #[tokio::test(start_paused = true)]
    async fn a_first_connection_that_hangs_delays_others_by_the_head_start_alone() {
        assert_eq!(second_after(Some(First::Hangs)).await, HEAD_START + HANDSHAKE);
    }
}
