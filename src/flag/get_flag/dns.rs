//! Names of hosts, looked up on the threads of one runtime, whichever runtime a request is made on.

use std::net::ToSocketAddrs;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::runtime::Handle;
use tokio::task::JoinSet;

/// Asks the system, as `getaddrinfo(3)` does.
pub(super) struct Lookup {
    runtime: Handle,
}

impl Lookup {
    pub(super) fn on(runtime: Handle) -> Lookup {
        Lookup { runtime }
    }
}

impl Resolve for Lookup {
    fn resolve(&self, name: Name) -> Resolving {
        // In a set, as one that is given up before it has begun is not made then.
        let mut lookup = JoinSet::new();
        // The port is put in later.
        let ask = move || (name.as_str(), 0).to_socket_addrs();
        lookup.spawn_blocking_on(ask, &self.runtime);
        Box::pin(async move {
            let addresses: Addrs = Box::new(lookup.join_next().await.expect("there is one")??);
            Ok(addresses)
        })
    }
}
