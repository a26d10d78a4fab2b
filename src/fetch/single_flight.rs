//! Over https, one connection is made first. If it is HTTP/2, it serves all requests. If not, the
//! other requests fail with [`SpeaksHttp1`], so that they can use another client.
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
use tower::Service;

/// The maximum time that a request waits for the first connection, and then for the client to give
/// it that connection: several round trips. After that, the request makes its own connection.
const MAX_WAIT: Duration = Duration::from_millis(500);

/// The state of the first connection, which is called the leader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LeaderState {
    /// The connection is being made.
    Connecting,
    /// The connection is HTTP/2, so requests share it. The client asks for a connection only if it
    /// has been closed, or at the beginning.
    Shared,
    /// The connection is HTTP/1.
    Http1,
    /// The connection could not be made. Each request makes its own.
    Failed,
}

/// The server speaks HTTP/1. The request was not sent.
#[derive(Debug, thiserror::Error)]
#[error("the server speaks HTTP/1")]
pub(super) struct SpeaksHttp1;

/// A connector around that of a client that talks to a single host.
#[derive(Clone)]
pub(super) struct SingleFlightConnector<S> {
    inner: S,
    leader: Arc<watch::Sender<LeaderState>>,
}

impl<S> SingleFlightConnector<S> {
    pub(super) fn new(inner: S) -> Self {
        let leader = Arc::new(watch::Sender::new(LeaderState::Shared));
        SingleFlightConnector { inner, leader }
    }
}

impl<S, D> Service<D> for SingleFlightConnector<S>
where
    S: Service<D, Response: Connection + Send, Future: Send> + Clone + Send + 'static,
    S::Error: From<SpeaksHttp1> + Send,
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
        match change(&leader, LeaderState::Shared, LeaderState::Connecting) {
            LeaderState::Shared => {
                // The guard is created here, because the future may be dropped before it runs.
                let guard = LeaderGuard(leader);
                Box::pin(async move {
                    let connection = inner.call(destination).await?;
                    guard.0.send_replace(match connection.connected().is_negotiated_h2() {
                        true => LeaderState::Shared,
                        false => LeaderState::Http1,
                    });
                    Ok(connection)
                })
            }
            LeaderState::Connecting => {
                let request = task::try_id();
                Box::pin(async move {
                    match wait_while_connecting(&leader).await {
                        LeaderState::Http1 => return Err(SpeaksHttp1.into()),
                        LeaderState::Shared => {
                            // The client now gives the shared connection to the request, and moves
                            // this future from the request's task to a background task. If it has
                            // not done so after a while, the shared connection was lost.
                            sleep(MAX_WAIT).await;
                            if task::try_id() != request {
                                return std::future::pending().await;
                            }
                        }
                        _ => {}
                    }
                    inner.call(destination).await
                })
            }
            LeaderState::Http1 => Box::pin(async { Err(SpeaksHttp1.into()) }),
            LeaderState::Failed => Box::pin(inner.call(destination)),
        }
    }
}

/// Changes the state if it is `from`. Returns the state before.
fn change(leader: &watch::Sender<LeaderState>, from: LeaderState, to: LeaderState) -> LeaderState {
    let mut before = from;
    leader.send_if_modified(|state| {
        before = *state;
        if before == from {
            *state = to;
        }
        before == from
    });
    before
}

/// Waits until the leader has a connection or has failed, for a limited time. Returns the state.
async fn wait_while_connecting(leader: &watch::Sender<LeaderState>) -> LeaderState {
    let mut state = leader.subscribe();
    let _ = timeout(MAX_WAIT, state.wait_for(|state| *state != LeaderState::Connecting)).await;
    *leader.borrow()
}

/// Guards the leader while it connects. If the guard is dropped before there is a connection,
/// because connecting failed or was cancelled, all other requests make their own.
struct LeaderGuard(Arc<watch::Sender<LeaderState>>);

impl Drop for LeaderGuard {
    fn drop(&mut self) {
        change(&self.0, LeaderState::Connecting, LeaderState::Failed);
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;
    use std::future::{Ready, ready};
    use std::sync::atomic::{AtomicUsize, Ordering};

    use hyper_util::client::legacy::connect::Connected;
    use tokio::time::Instant;

    use super::*;

    type BoxError = Box<dyn Error + Send + Sync>;

    /// A connector that counts its connections, all of which have this version.
    #[derive(Clone)]
    struct Counter(Version, Arc<AtomicUsize>);

    #[derive(Clone, Copy)]
    enum Version {
        Http1,
        Http2,
    }

    impl Connection for Version {
        fn connected(&self) -> Connected {
            match self {
                Version::Http1 => Connected::new(),
                Version::Http2 => Connected::new().negotiated_h2(),
            }
        }
    }

    impl Service<()> for Counter {
        type Response = Version;
        type Error = BoxError;
        type Future = Ready<Result<Version, BoxError>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, _destination: ()) -> Self::Future {
            self.1.fetch_add(1, Ordering::Relaxed);
            ready(Ok(self.0))
        }
    }

    /// The connector under test, and the number of its connections.
    fn connector(version: Version) -> (SingleFlightConnector<Counter>, Arc<AtomicUsize>) {
        let connections = Arc::<AtomicUsize>::default();
        let inner = Counter(version, connections.clone());
        (SingleFlightConnector::new(inner), connections)
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_leader_that_was_dropped_before_it_ran_connections_are_made_at_once() {
        let (mut connector, _) = connector(Version::Http2);
        let start = Instant::now();
        drop(connector.call(()));
        assert!(connector.call(()).await.is_ok());
        assert_eq!(start.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_does_not_get_the_shared_connection_makes_its_own() {
        let (mut connector, connections) = connector(Version::Http2);
        let (leader, waiter) = (connector.call(()), connector.call(()));
        assert!(leader.await.is_ok());
        assert!(timeout(MAX_WAIT * 2, waiter).await.is_ok());
        assert_eq!(connections.load(Ordering::Relaxed), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_got_the_shared_connection_makes_none_in_the_background() {
        let (mut connector, connections) = connector(Version::Http2);
        let (leader, waiter) = (connector.call(()), connector.call(()));
        assert!(leader.await.is_ok());
        let in_background = tokio::spawn(timeout(MAX_WAIT * 100, waiter));
        assert!(in_background.await.unwrap().is_err());
        assert_eq!(connections.load(Ordering::Relaxed), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn over_http1_only_the_first_request_gets_a_connection() {
        let (mut connector, connections) = connector(Version::Http1);
        let (leader, waiter) = (connector.call(()), connector.call(()));
        assert!(leader.await.is_ok());
        for request in [waiter, connector.call(())] {
            assert!(request.await.err().unwrap().is::<SpeaksHttp1>());
        }
        assert_eq!(connections.load(Ordering::Relaxed), 1);
    }
}
