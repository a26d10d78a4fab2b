//! Host name lookups: one per name and run, shared by all connections.

use std::collections::HashMap;
use std::net::{SocketAddr, ToSocketAddrs};
use std::{io, thread};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use parking_lot::Mutex;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::oneshot;

/// A lookup that may still be in progress. Clones share its result, which may be a failure.
type Lookup = Shared<BoxFuture<'static, Result<Vec<SocketAddr>, LookupError>>>;

/// A host name has no address, or the lookup failed.
#[derive(Debug, Clone, thiserror::Error)]
#[error("could not resolve host {host}: {reason}")]
pub(super) struct LookupError {
    pub(super) host: String,
    reason: String,
}

/// The lookups of a run by host name, including failed ones.
#[derive(Default)]
pub(super) struct Lookups(Mutex<HashMap<String, Lookup>>);

impl Resolve for Lookups {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().to_owned();
        let mut lookups = self.0.lock();
        let lookup = lookups.entry(host.clone()).or_insert_with(|| start(host)).clone();
        Box::pin(async move { Ok(Box::new(lookup.await?.into_iter()) as Addrs) })
    }
}

/// Looks `host` up on a thread of its own. A lookup can hang, so it must not occupy one of the
/// runtime's blocking threads. It continues even if the request that started it times out.
fn start(host: String) -> Lookup {
    let (sender, receiver) = oneshot::channel();
    let name = host.clone();
    let thread = thread::Builder::new().name("lookup".into()).spawn(move || {
        // The connector puts the port of the URL in place of port 0.
        let addresses = (name.as_str(), 0).to_socket_addrs().map(Vec::from_iter);
        // The receiver is gone if the run has ended.
        let _ = sender.send(addresses);
    });
    let result = async move {
        let addresses = match thread {
            Ok(_) => receiver.await.unwrap_or_else(|lost| Err(io::Error::other(lost))),
            Err(refused) => Err(refused),
        };
        addresses.map_err(|error| LookupError { reason: reason(&error), host })
    };
    result.boxed().shared()
}

/// The system's reason, without the prefix that the standard library puts before it.
fn reason(error: &io::Error) -> String {
    let message = error.to_string();
    message.trim_start_matches("failed to lookup address information: ").to_owned()
}

#[cfg(test)]
impl Lookups {
    /// Lookups whose result for `host` will be that of `lookup`.
    pub(super) fn with(
        host: &str,
        lookup: impl Future<Output = Vec<SocketAddr>> + Send + 'static,
    ) -> Lookups {
        let lookup = lookup.map(Ok).boxed().shared();
        Lookups(Mutex::new(HashMap::from([(host.to_owned(), lookup)])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn resolve(lookups: &Lookups, host: &str) -> Result<Vec<SocketAddr>, String> {
        let result = lookups.resolve(host.parse().unwrap()).await;
        result.map(Iterator::collect).map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn a_lookup_is_shared_and_survives_a_request_that_is_given_up() {
        let address: SocketAddr = "127.0.0.1:0".parse().unwrap();
        let (send, receive) = tokio::sync::oneshot::channel();
        let lookups = Lookups::with("h.test", async { receive.await.unwrap() });
        assert!(resolve(&lookups, "h.test").now_or_never().is_none());
        send.send(vec![address]).unwrap();
        for _ in 0..2 {
            assert_eq!(resolve(&lookups, "h.test").await, Ok(vec![address]));
        }
    }

    #[test]
    fn the_reason_of_a_failed_lookup_is_the_systems() {
        let error = "failed to lookup address information: Name or service not known";
        assert_eq!(reason(&io::Error::other(error)), "Name or service not known");
        assert_eq!(reason(&io::Error::other("out of threads")), "out of threads");
    }

    #[tokio::test]
    async fn a_failed_lookup_is_not_repeated() {
        // A label is at most 63 bytes long, so this name is refused without a network.
        let host = "x".repeat(64);
        let lookups = Lookups::default();
        let error = resolve(&lookups, &host).await.unwrap_err();
        assert!(error.starts_with(&format!("could not resolve host {host}: ")), "{error}");
        assert_eq!(resolve(&lookups, &host).now_or_never(), Some(Err(error)));
    }
}
