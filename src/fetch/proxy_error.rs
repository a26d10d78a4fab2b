//! What the errors of the HTTP library mean when a request goes through a proxy.

use hyper::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::{SocksV5, Tunnel};
use reqwest::Url;
use tower::Service;

use super::causes::{find, root_cause};
use super::error::{FlagError, Kind, tls_message};
use super::lookup::LookupError;
use super::proxy;

/// An error of the tunnel through an http proxy (CONNECT, RFC 9110 §9.3.6).
type TunnelError = <Tunnel<HttpConnector> as Service<Uri>>::Error;

/// An error of a SOCKS proxy, of any version.
type SocksError = <SocksV5<HttpConnector> as Service<Uri>>::Error;

/// The failure of `proxy` that caused `error`, which ended a request for `url` before its response.
/// `None` if the proxy is not at fault.
pub(super) fn failure(proxy: &Url, url: &Url, error: &reqwest::Error) -> Option<FlagError> {
    let name = proxy::display(proxy);
    let unreachable = |reason: String| format!("could not connect to the proxy {name}: {reason}");
    if let Some(lookup) = find::<LookupError>(error) {
        // With socks4 and socks5, the server's name is looked up here and not by the proxy.
        let is_proxy = proxy.host_str() == Some(&lookup.host);
        return is_proxy.then(|| permanent(unreachable(lookup.to_string())));
    }
    if !error.is_connect() {
        // For an http URL, the connection that was lost led to the proxy.
        let is_lost = find::<hyper::Error>(error).is_some_and(|http| !http.is_parse());
        let is_proxy = is_lost && url.scheme() == "http" && proxy.scheme().starts_with("http");
        let message = || format!("connection to the proxy {name} lost: {}", root_cause(error));
        return is_proxy.then(|| transient(message()));
    }
    if error.is_timeout() {
        return Some(transient(format!("could not connect through the proxy {name} in time")));
    }
    let not_connected = || match find::<rustls::Error>(error) {
        Some(tls) => permanent(unreachable(tls_message(tls))),
        None => transient(unreachable(root_cause(error))),
    };
    Some(match (find::<TunnelError>(error), find::<SocksError>(error)) {
        (Some(TunnelError::ProxyAuthRequired), _) => login_required(proxy),
        // The status is not known: the HTTP library discards it.
        (Some(TunnelError::TunnelUnsuccessful), _) => {
            transient(format!("the proxy {name} refused the tunnel"))
        }
        (Some(TunnelError::ConnectFailed(_)), _) => not_connected(),
        (Some(_), _) => transient(format!("the proxy {name} failed: {}", root_cause(error))),
        (None, Some(SocksError::Inner(_))) => not_connected(),
        (None, Some(socks)) => socks_failure(proxy, socks),
        // The tunnel was established, so the server is at fault.
        (None, None) if url.scheme() == "https" => return None,
        (None, None) => not_connected(),
    })
}

/// The failure for a response of `proxy` with status 407.
pub(super) fn login_required(proxy: &Url) -> FlagError {
    let name = proxy::display(proxy);
    permanent(format!("the proxy {name} refused the request: 407 Proxy Authentication Required"))
}

fn socks_failure(proxy: &Url, error: &SocksError) -> FlagError {
    let name = proxy::display(proxy);
    // The HTTP library does not export the types of these reasons.
    match &*format!("{error:?}") {
        // No acceptable method (RFC 1928 §3): only the one without a login was offered.
        "V5(Auth(Unsupported))" if proxy.username().is_empty() => {
            permanent(format!("the proxy {name} demands a login"))
        }
        // RFC 1929 §2, and SOCKS 4.
        "V5(Auth(Failed))"
        | "V5(Auth(Unsupported))"
        | "V4(Command(IdentFailure))"
        | "V4(Command(IdentMismatch))" => permanent(format!("the proxy {name} rejected the login")),
        "V4(IpV6)" => permanent(format!("the proxy {name} does not support IPv6 addresses")),
        _ => transient(format!("the proxy {name} failed: {error}")),
    }
}

fn transient(message: String) -> FlagError {
    FlagError::transient(Kind::Proxy, message)
}

fn permanent(message: String) -> FlagError {
    FlagError::permanent(Kind::Proxy, message)
}
