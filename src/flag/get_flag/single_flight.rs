//! Over https, one connection is made first: where it turns out to be HTTP/2, it serves all requests.
//!
//! Left alone, 20 requests at once make 20 connections, and 19 handshakes are for nothing: which protocol
//! the server speaks is known only at the end of the first one (RFC 7301).

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper_util::client::legacy::connect::Connection;
use tokio::sync::watch;
use tokio::time::timeout;
use tower::{Layer, Service};

/// How long the first connection is waited for: some round trips. One that takes longer holds nobody up.
const HEAD_START: Duration = Duration::from_millis(500);

/// What is known of the first connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LeaderState {
    /// Nobody has asked for one yet.
    Unasked,
    /// It is being made.
    Connecting,
    /// It is there, and requests share it.
    Shared,
    /// It is there for one request at a time, or could not be made: each request sees to its own.
    NotShared,
}

/// Wraps the connector of a client that talks to a single host.
#[derive(Clone)]
pub(super) struct SingleFlightConnect {
    first: Arc<watch::Sender<LeaderState>>,
}

impl Default for SingleFlightConnect {
    fn default() -> Self {
        SingleFlightConnect { first: Arc::new(watch::Sender::new(LeaderState::Unasked)) }
    }
}

#[derive(Clone)]
pub(super) struct Connector<S> {
    inner: S,
    first: Arc<watch::Sender<LeaderState>>,
}

impl<S> Layer<S> for SingleFlightConnect {
    type Service = Connector<S>;

    fn layer(&self, inner: S) -> Connector<S> {
        Connector { inner, first: self.first.clone() }
    }
}

impl<S, D> Service<D> for Connector<S>
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
        // The clone stays behind, so that the service that is ready is the one that is called.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let first = self.first.clone();
        match begin(&first) {
            LeaderState::Unasked => Box::pin(async move {
                let trying = LeaderGuard(&first);
                let connection = inner.call(destination).await?;
                if connection.connected().is_negotiated_h2() {
                    trying.0.send_replace(LeaderState::Shared);
                }
                Ok(connection)
            }),
            LeaderState::Connecting => Box::pin(async move {
                let mut news = first.subscribe();
                let known =
                    timeout(HEAD_START, news.wait_for(|first| *first != LeaderState::Connecting));
                if let Ok(Ok(known)) = known.await.map(|known| known.map(|first| *first))
                    && known == LeaderState::Shared
                {
                    // The request that wanted this connection is given the one that there is.
                    return std::future::pending().await;
                }
                inner.call(destination).await
            }),
            LeaderState::Shared | LeaderState::NotShared => Box::pin(inner.call(destination)),
        }
    }
}

/// What was known until now; whoever finds that nobody has asked has asked by that.
fn begin(first: &watch::Sender<LeaderState>) -> LeaderState {
    let mut known = LeaderState::Unasked;
    first.send_if_modified(|first| {
        known = *first;
        let unasked = known == LeaderState::Unasked;
        if unasked {
            *first = LeaderState::Connecting;
        }
        unasked
    });
    known
}

/// The first connection in the making. Dropped before it is known to be shared, whether it failed or was
/// given up, it lets all others go.
struct LeaderGuard<'a>(&'a watch::Sender<LeaderState>);

impl Drop for LeaderGuard<'_> {
    fn drop(&mut self) {
        self.0.send_if_modified(|first| {
            let trying = *first == LeaderState::Connecting;
            if trying {
                *first = LeaderState::NotShared;
            }
            trying
        });
    }
}
