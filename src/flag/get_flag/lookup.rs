//! Host name lookups: one per name and run, shared by all connections.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use parking_lot::Mutex;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// A lookup that may still be going on. Clones share its result, which may be a failure.
type Lookup = Shared<BoxFuture<'static, Result<Vec<SocketAddr>, LookupError>>>;

/// A host name has no address, or the lookup failed.
#[derive(Debug, Clone, thiserror::Error)]
#[error("could not resolve host {host}: {reason}")]
pub(super) struct LookupError {
    pub(super) host: String,
    reason: String,
}

/// The lookups of a run by host name, the failed ones too.
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

/// Looks `host` up in a task, so that the lookup goes on if the request that needed it first
/// times out.
fn start(host: String) -> Lookup {
    let name = host.clone();
    let task = tokio::spawn(async move {
        // The connector puts the port of the URL in place of port 0.
        tokio::net::lookup_host((name, 0)).await.map(Iterator::collect)
    });
    let result = async move {
        let addresses: io::Result<Vec<_>> = task.await.unwrap_or_else(|end| Err(end.into()));
        addresses.map_err(|error| LookupError { host, reason: error.to_string() })
    };
    result.boxed().shared()
}

#[cfg(test)]
impl Lookups {
    /// Lookups that have found `addresses` for `host`.
    pub(super) fn with(host: &str, addresses: Vec<SocketAddr>) -> Lookups {
        let found = std::future::ready(Ok(addresses)).boxed().shared();
        Lookups(Mutex::new(HashMap::from([(host.to_owned(), found)])))
    }
}
