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
