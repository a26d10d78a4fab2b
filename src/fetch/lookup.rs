//! Names of hosts, looked up on the threads of one runtime, whichever runtime a request is made on.

use std::net::ToSocketAddrs;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::runtime::Handle;

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
        // The port is put in later.
        let lookup = self.runtime.spawn_blocking(move || (name.as_str(), 0).to_socket_addrs());
        Box::pin(async {
            let addresses: Addrs = Box::new(lookup.await??);
            Ok(addresses)
        })
    }
}
