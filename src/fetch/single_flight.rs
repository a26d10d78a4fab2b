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

/// What is known of the connections to the server. The request that makes the first one is called
/// the leader.
#[derive(Clone, Copy)]
enum LeaderState {
    /// The leader's connection is HTTP/2 and serves all requests. The client asks for another one
    /// only if it has been closed, or at the beginning; that request then becomes the leader.
    Shared,
    /// The leader's connection is HTTP/1.
    Http1,
    /// The leader did not get a connection, or not yet. Each request makes its own.
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
        let Ok(mut state) = leader.clone().try_lock_owned() else {
            // The leader is connecting.
            let request = task::try_id();
            return Box::pin(async move {
                let state = timeout(MAX_WAIT, leader.lock()).await.map(|state| *state);
                match state.unwrap_or(LeaderState::Failed) {
                    LeaderState::Http1 => return Err(SpeaksHttp1.into()),
                    LeaderState::Shared => {
                        // The client now gives the shared connection to the request, and moves
                        // this future from the request's task to a background task. If it has not
                        // done so after a while, the shared connection was lost.
                        sleep(MAX_WAIT).await;
                        if task::try_id() != request {
                            return std::future::pending().await;
                        }
                    }
                    LeaderState::Failed => {}
                }
                inner.call(destination).await
            });
        };
        match *state {
            LeaderState::Shared => {
                // The state remains if the future below is dropped or fails.
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
            LeaderState::Http1 => Box::pin(async { Err(SpeaksHttp1.into()) }),
            LeaderState::Failed => Box::pin(inner.call(destination)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::FutureExt;
    use futures_util::future::join_all;
    use hyper_util::client::legacy::connect::Connected;
    use tokio::time::Instant;

    use super::*;

    type BoxError = Box<dyn Error + Send + Sync>;

    /// How long it takes to make a connection, or to fail.
    const CONNECTING: Duration = Duration::from_millis(100);

    /// A connector that counts its connections, which all end like this.
    #[derive(Clone)]
    struct Counter(Server, Arc<AtomicUsize>);

    #[derive(Clone, Copy, PartialEq)]
    enum Server {
        Http1,
        Http2,
        Refuses,
    }

    impl Connection for Server {
        fn connected(&self) -> Connected {
            match self {
                Server::Http2 => Connected::new().negotiated_h2(),
                _ => Connected::new(),
            }
        }
    }

    impl Service<()> for Counter {
        type Response = Server;
        type Error = BoxError;
        type Future = Pin<Box<dyn Future<Output = Result<Server, BoxError>> + Send>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, _destination: ()) -> Self::Future {
            self.1.fetch_add(1, Ordering::Relaxed);
            let server = self.0;
            Box::pin(async move {
                sleep(CONNECTING).await;
                if server == Server::Refuses { Err("refused".into()) } else { Ok(server) }
            })
        }
    }

    /// The connector under test, and the number of its connections.
    fn connector(server: Server) -> (SingleFlightConnector<Counter>, Arc<AtomicUsize>) {
        let connections = Arc::<AtomicUsize>::default();
        let inner = Counter(server, connections.clone());
        (SingleFlightConnector::new(inner), connections)
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_leader_that_was_dropped_before_it_ran_connections_are_made_at_once() {
        let (mut connector, _) = connector(Server::Http2);
        let start = Instant::now();
        drop(connector.call(()));
        assert!(connector.call(()).await.is_ok());
        assert_eq!(start.elapsed(), CONNECTING);
    }

    /// The times after which three requests end that wait for the same leader.
    async fn waiters(server: Server) -> Vec<Duration> {
        let (mut connector, _) = connector(server);
        let start = Instant::now();
        let calls: Vec<_> = (0..4).map(|_| connector.call(())).collect();
        let ends = calls.into_iter().map(|call| call.map(|_| start.elapsed()));
        join_all(ends).await.split_off(1)
    }

    #[tokio::test(start_paused = true)]
    async fn requests_wait_for_the_leader_and_not_for_each_other() {
        assert_eq!(waiters(Server::Http1).await, [CONNECTING; 3]);
        assert_eq!(waiters(Server::Refuses).await, [2 * CONNECTING; 3]);
        assert_eq!(waiters(Server::Http2).await, [2 * CONNECTING + MAX_WAIT; 3]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_does_not_get_the_shared_connection_makes_its_own() {
        let (mut connector, connections) = connector(Server::Http2);
        let (leader, waiter) = (connector.call(()), connector.call(()));
        assert!(leader.await.is_ok());
        assert!(timeout(MAX_WAIT * 2, waiter).await.is_ok());
        assert_eq!(connections.load(Ordering::Relaxed), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_got_the_shared_connection_makes_none_in_the_background() {
        let (mut connector, connections) = connector(Server::Http2);
        let (leader, waiter) = (connector.call(()), connector.call(()));
        assert!(leader.await.is_ok());
        let in_background = tokio::spawn(timeout(MAX_WAIT * 100, waiter));
        assert!(in_background.await.unwrap().is_err());
        assert_eq!(connections.load(Ordering::Relaxed), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn over_http1_only_the_first_request_gets_a_connection() {
        let (mut connector, connections) = connector(Server::Http1);
        let (leader, waiter) = (connector.call(()), connector.call(()));
        assert!(leader.await.is_ok());
        for request in [waiter, connector.call(())] {
            assert!(request.await.err().unwrap().is::<SpeaksHttp1>());
        }
        assert_eq!(connections.load(Ordering::Relaxed), 1);
    }
}
