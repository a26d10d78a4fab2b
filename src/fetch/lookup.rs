//! Host name lookups: one per name and run, shared by all connections.

use std::collections::HashMap;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Mutex;
use std::{io, thread};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::watch;

/// The result of a lookup, `None` while it is in progress.
type Lookup = Option<Result<Vec<SocketAddr>, LookupError>>;

/// A host name has no address, or the lookup failed.
#[derive(Debug, Clone, thiserror::Error)]
#[error("could not resolve host {host}: {reason}")]
pub(super) struct LookupError {
    pub(super) host: String,
    reason: String,
}

/// The lookups of a run by host name, including failed ones.
#[derive(Default)]
pub(super) struct Lookups(Mutex<HashMap<String, watch::Receiver<Lookup>>>);

impl Resolve for Lookups {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().to_owned();
        let mut lookups = self.0.lock().expect("no holder panics");
        // A lookup whose thread was refused has no sender and no result, and is started again.
        lookups.retain(|_, lookup| lookup.has_changed().is_ok() || lookup.borrow().is_some());
        let mut lookup = lookups.entry(host.clone()).or_insert_with(|| start(host)).clone();
        Box::pin(async move {
            let result = lookup.wait_for(Option::is_some).await;
            let result = result.map_err(|_| "the system refuses to start a thread")?.clone();
            Ok(Box::new(result.expect("it is some")?.into_iter()) as Addrs)
        })
    }
}

/// Looks `host` up on a thread of its own. A lookup can hang, so it must not occupy one of the
/// runtime's blocking threads. It continues even if the request that started it times out.
fn start(host: String) -> watch::Receiver<Lookup> {
    let (sender, receiver) = watch::channel(None);
    let look_up = move || {
        // For a SOCKS proxy, the HTTP library asks for an IPv6 address with its brackets. The
        // connector puts the port of the URL in place of port 0.
        let addresses = (host.trim_matches(['[', ']']), 0).to_socket_addrs().map(Vec::from_iter);
        let result = addresses.map_err(|error| LookupError { reason: reason(&error), host });
        sender.send_replace(Some(result));
    };
    // If the system refuses the thread, the sender is dropped, which `resolve` notices.
    let _ = thread::Builder::new().name("lookup".into()).spawn(look_up);
    receiver
}

/// The system's reason, without the prefix that the standard library puts before it.
fn reason(error: &io::Error) -> String {
    let message = error.to_string();
    message.trim_start_matches("failed to lookup address information: ").to_owned()
}

#[cfg(test)]
impl Lookups {
    /// Lookups whose result for `host` will be that of `lookup`.
    pub(super) fn with(host: &str, lookup: watch::Receiver<Lookup>) -> Lookups {
        Lookups(Mutex::new(HashMap::from([(host.to_owned(), lookup)])))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    async fn resolve(lookups: &Lookups, host: &str) -> Result<Vec<SocketAddr>, String> {
        let result = lookups.resolve(host.parse().unwrap()).await;
        result.map(Iterator::collect).map_err(|error| error.to_string())
    }

    /// The result, if it is there already.
    async fn result(lookups: &Lookups, host: &str) -> Option<Result<Vec<SocketAddr>, String>> {
        timeout(Duration::ZERO, resolve(lookups, host)).await.ok()
    }

    #[tokio::test]
    async fn a_lookup_is_shared_and_survives_a_request_that_is_given_up() {
        let address: SocketAddr = "127.0.0.1:0".parse().unwrap();
        let (sender, receiver) = watch::channel(None);
        let lookups = Lookups::with("h.test", receiver);
        assert_eq!(result(&lookups, "h.test").await, None);
        sender.send_replace(Some(Ok(vec![address])));
        for _ in 0..2 {
            assert_eq!(result(&lookups, "h.test").await, Some(Ok(vec![address])));
        }
    }

    #[tokio::test]
    async fn an_ipv6_address_in_brackets_is_its_own_result() {
        let addresses = resolve(&Lookups::default(), "[::1]").await;
        assert_eq!(addresses, Ok(vec!["[::1]:0".parse().unwrap()]));
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
        assert_eq!(result(&lookups, &host).await, Some(Err(error)));
    }
}
