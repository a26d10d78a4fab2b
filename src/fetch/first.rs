//! Over https, one connection is made first: where it turns out to be HTTP/2, it serves all requests.
//!
//! Left alone, 20 requests at once make 20 connections, and 19 handshakes are for nothing: which protocol
//! the server speaks is known only at the end of the first one (RFC 7301).

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use hyper_util::client::legacy::connect::Connection;
use tokio::sync::OnceCell;
use tower::{Layer, Service};

/// Wraps the connector of a client that talks to a single host.
#[derive(Clone, Default)]
pub(super) struct OneFirst {
    /// Whether the first connection is one that requests share. Empty until there has been one.
    shared: Arc<OnceCell<bool>>,
}

#[derive(Clone)]
pub(super) struct Connector<S> {
    inner: S,
    shared: Arc<OnceCell<bool>>,
}

impl<S> Layer<S> for OneFirst {
    type Service = Connector<S>;

    fn layer(&self, inner: S) -> Connector<S> {
        Connector { inner, shared: self.shared.clone() }
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
        if self.shared.initialized() {
            return Box::pin(inner.call(destination));
        }
        let shared = self.shared.clone();
        Box::pin(async move {
            let mut destination = Some(destination);
            let mut made = None;
            let connect = async || {
                let connection = match destination.take() {
                    Some(destination) => inner.call(destination).await?,
                    None => std::future::pending().await,
                };
                let shared = connection.connected().is_negotiated_h2();
                made = Some(connection);
                Ok(shared)
            };
            let shared = *shared.get_or_try_init(connect).await?;
            match (made, destination) {
                (Some(connection), _) => Ok(connection),
                (None, Some(destination)) if !shared => inner.call(destination).await,
                // The request that wanted this connection is given the one that there is.
                _ => std::future::pending().await,
            }
        })
    }
}
