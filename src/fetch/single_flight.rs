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
use tokio::task;
use tokio::time::{sleep, timeout};
use tower::{Layer, Service};

/// The maximum time that a request waits for the first connection, and then for the client to give
/// it that connection: several round trips. After that, the request makes its own connection.
const MAX_WAIT: Duration = Duration::from_millis(500);

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
        // `poll_ready` has prepared this service, so it is the one to call. A clone replaces it.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let leader = self.leader.clone();
        match start_connecting(&leader) {
            LeaderState::Idle | LeaderState::Shared => {
                // The guard is created here, because the future may be dropped before it runs.
                let guard = LeaderGuard(leader);
                Box::pin(async move {
                    let connection = inner.call(destination).await?;
                    if connection.connected().is_negotiated_h2() {
                        guard.0.send_replace(LeaderState::Shared);
                    }
                    Ok(connection)
                })
            }
            LeaderState::Connecting => {
                let request = task::try_id();
                Box::pin(async move {
                    if wait_until_shared(&leader).await {
                        // The client now gives the shared connection to the request, and moves this
                        // future from the request's task to a background task. If it has not done
                        // so after a while, the shared connection was lost.
                        sleep(MAX_WAIT).await;
                        if task::try_id() != request {
                            return std::future::pending().await;
                        }
                    }
                    inner.call(destination).await
                })
            }
            LeaderState::NotShared => Box::pin(inner.call(destination)),
        }
    }
}

/// Sets the state to `Connecting` if it is `Idle` or `Shared`. Returns the previous state.
fn start_connecting(leader: &watch::Sender<LeaderState>) -> LeaderState {
    let mut before = LeaderState::Idle;
    leader.send_if_modified(|state| {
        before = *state;
        let is_leader = matches!(before, LeaderState::Idle | LeaderState::Shared);
        if is_leader {
            *state = LeaderState::Connecting;
        }
        is_leader
    });
    before
}

/// Waits until the leader has a connection or has failed, for a limited time. Returns whether the
/// connection is shared.
async fn wait_until_shared(leader: &watch::Sender<LeaderState>) -> bool {
    let mut state = leader.subscribe();
    let ended = state.wait_for(|state| *state != LeaderState::Connecting);
    let ended = timeout(MAX_WAIT, ended).await;
    ended.is_ok_and(|state| state.is_ok_and(|state| *state == LeaderState::Shared))
}

/// Guards the leader while it connects. If the guard is dropped before the state is `Shared`,
/// because connecting failed or was cancelled, all other requests make their own connections.
struct LeaderGuard(Arc<watch::Sender<LeaderState>>);

impl Drop for LeaderGuard {
    fn drop(&mut self) {
        self.0.send_if_modified(|state| {
            let was_connecting = *state == LeaderState::Connecting;
            if was_connecting {
                *state = LeaderState::NotShared;
            }
            was_connecting
        });
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::future::{Ready, ready};
    use std::sync::atomic::{AtomicUsize, Ordering};

    use hyper_util::client::legacy::connect::Connected;
    use tokio::time::Instant;

    use super::*;

    /// A connector that counts its connections, all of which are HTTP/2.
    #[derive(Clone, Default)]
    struct Http2Connector(Arc<AtomicUsize>);

    struct Http2;

    impl Connection for Http2 {
        fn connected(&self) -> Connected {
            Connected::new().negotiated_h2()
        }
    }

    impl Service<()> for Http2Connector {
        type Response = Http2;
        type Error = Infallible;
        type Future = Ready<Result<Http2, Infallible>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, _destination: ()) -> Self::Future {
            self.0.fetch_add(1, Ordering::Relaxed);
            ready(Ok(Http2))
        }
    }

    /// The connector under test, and the number of its connections.
    fn connector() -> (SingleFlightConnector<Http2Connector>, Arc<AtomicUsize>) {
        let inner = Http2Connector::default();
        let connections = inner.0.clone();
        (SingleFlightConnect::default().layer(inner), connections)
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_leader_that_was_dropped_before_it_ran_connections_are_made_at_once() {
        let (mut connector, _) = connector();
        let start = Instant::now();
        drop(connector.call(()));
        assert!(connector.call(()).await.is_ok());
        assert_eq!(start.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_does_not_get_the_shared_connection_makes_its_own() {
        let (mut connector, connections) = connector();
        let (leader, waiter) = (connector.call(()), connector.call(()));
        assert!(leader.await.is_ok());
        assert!(timeout(MAX_WAIT * 2, waiter).await.is_ok());
        assert_eq!(connections.load(Ordering::Relaxed), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_got_the_shared_connection_makes_none_in_the_background() {
        let (mut connector, connections) = connector();
        let (leader, waiter) = (connector.call(()), connector.call(()));
        assert!(leader.await.is_ok());
        let in_background = tokio::spawn(timeout(MAX_WAIT * 100, waiter));
        assert!(in_background.await.unwrap().is_err());
        assert_eq!(connections.load(Ordering::Relaxed), 1);
    }
}
