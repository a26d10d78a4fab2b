//! What the errors of the HTTP library mean when a request goes through a proxy.

use hyper::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::{SocksV5, Tunnel};
use reqwest::{Method, StatusCode, Url};
use tower::Service;

use super::client::Clients;
use super::error::{FetchError, find, is_transient_status, root_cause, status_text, tls_message};
use super::lookup::LookupError;
use super::proxy;

/// An error of the tunnel through an http proxy (CONNECT, RFC 9110 §9.3.6).
type TunnelError = <Tunnel<HttpConnector> as Service<Uri>>::Error;

/// An error of a SOCKS proxy, of any version.
type SocksError = <SocksV5<HttpConnector> as Service<Uri>>::Error;

/// The failure of `proxy` that caused `error`, which ended a request for `url` before its response.
/// `None` if the proxy is not at fault.
pub(super) async fn failure(
    clients: &Clients,
    proxy: &Url,
    url: &Url,
    error: &reqwest::Error,
) -> Option<FetchError> {
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
    let (tunnel, socks) = (find::<TunnelError>(error), find::<SocksError>(error));
    Some(match (tunnel, socks) {
        (Some(TunnelError::ProxyAuthRequired), _) => {
            refused_tunnel(&name, Some(StatusCode::PROXY_AUTHENTICATION_REQUIRED))
        }
        (Some(TunnelError::TunnelUnsuccessful), _) => {
            refused_tunnel(&name, connect_status(clients, proxy, url).await)
        }
        (Some(TunnelError::ConnectFailed(_)), _) => not_connected(),
        (Some(_), _) => transient(format!("the proxy {name} failed: {}", root_cause(error))),
        (None, Some(SocksError::Inner(cause))) => transient(unreachable(root_cause(cause))),
        (None, Some(other)) => transient(format!("the proxy {name} failed: {other}")),
        // The tunnel was established, so the server is at fault.
        (None, None) if url.scheme() == "https" => return None,
        (None, None) => not_connected(),
    })
}

/// The failure for a response of `proxy` with status 407.
pub(super) fn login_required(proxy: &Url) -> FetchError {
    let status = StatusCode::PROXY_AUTHENTICATION_REQUIRED;
    permanent(format!("the proxy {} refused the request: {status}", proxy::display(proxy)))
}

fn refused_tunnel(name: &str, status: Option<StatusCode>) -> FetchError {
    match status {
        Some(status) => FetchError::Proxy {
            message: format!("the proxy {name} refused the tunnel: {}", status_text(status)),
            is_transient: is_transient_status(status),
        },
        None => transient(format!("the proxy {name} refused the tunnel")),
    }
}

/// The status with which `proxy` refuses a tunnel to the host of `url`. The HTTP library discards
/// it, so a second CONNECT is sent. `None` if that one is not refused.
async fn connect_status(clients: &Clients, proxy: &Url, url: &Url) -> Option<StatusCode> {
    let (host, port) = (url.host_str()?, url.port_or_known_default()?);
    let client = clients.proxy_client(proxy).ok()?;
    let request = client.request(Method::CONNECT, format!("http://{host}:{port}"));
    let status = request.send().await.ok()?.status();
    (status != StatusCode::OK).then_some(status)
}

fn transient(message: String) -> FetchError {
    FetchError::Proxy { message, is_transient: true }
}

fn permanent(message: String) -> FetchError {
    FetchError::Proxy { message, is_transient: false }
}
