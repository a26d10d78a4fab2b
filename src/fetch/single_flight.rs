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
use tokio::sync::Mutex;
use tokio::task;
use tokio::time::{sleep, timeout};
use tower::Service;

/// The maximum time that a request waits for the first connection, and then for the client to give
/// it that connection: several round trips. After that, the request makes its own connection.
const MAX_WAIT: Duration = Duration::from_millis(500);

/// What is known of the server's connections. The request that makes the first one is called the
/// leader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LeaderState {
    /// The leader's connection is HTTP/2, so requests share it. The client asks for a connection
    /// only if it has been closed, or at the beginning.
    Shared,
    /// The leader's connection is HTTP/1.
    Http1,
    /// The leader has no connection. Each request makes its own.
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
    /// Locked while the leader connects.
    leader: Arc<Mutex<LeaderState>>,
}

impl<S> SingleFlightConnector<S> {
    pub(super) fn new(inner: S) -> Self {
        SingleFlightConnector { inner, leader: Arc::new(Mutex::new(LeaderState::Shared)) }
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
        match leader.clone().try_lock_owned().map(|state| (*state, state)) {
            Ok((LeaderState::Shared, mut state)) => {
                // This holds until there is a connection: the future may be dropped at any time.
                *state = LeaderState::Failed;
                Box::pin(async move {
                    let connection = inner.call(destination).await?;
                    *state = match connection.connected().is_negotiated_h2() {
                        true => LeaderState::Shared,
                        false => LeaderState::Http1,
                    };
                    Ok(connection)
                })
            }
            Ok((LeaderState::Http1, _)) => Box::pin(async { Err(SpeaksHttp1.into()) }),
            Ok((LeaderState::Failed, _)) => Box::pin(inner.call(destination)),
            // The leader is connecting.
            Err(_) => {
                let request = task::try_id();
                Box::pin(async move {
                    let state = timeout(MAX_WAIT, leader.lock()).await;
                    match state.map_or(LeaderState::Failed, |state| *state) {
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
                        LeaderState::Failed => {}
                    }
                    inner.call(destination).await
                })
            }
        }
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
