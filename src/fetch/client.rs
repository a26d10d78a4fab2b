//! The HTTP clients of a run, each built when it is first needed.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use reqwest::{Client, ClientBuilder, Url, redirect, retry};
use rustls::ClientConfig;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::CertificateDer;
use tower::layer::layer_fn;

use super::causes::root_cause;
use super::error::{FlagError, Kind};
use super::lookup::Lookups;
use super::proxy::Proxies;
use super::reuse::{AnsweredConnections, Reuse};
use super::single_flight::SingleFlightConnector;
use super::trust;
use crate::base_url::BaseUrl;

/// The time after which idle HTTP/1 connections are closed, at most twice as late. An idle
/// connection can block a server that serves one connection at a time.
const MAX_IDLE: Duration = Duration::from_millis(100);

/// The maximum number of header fields in an HTTP/1 response. curl allows 5000, but the HTTP
/// library reserves memory for all of them at each response, and then 194 flags take 5 % longer.
const MAX_HEADERS: usize = 1024;

/// The maximum size of the header fields of an HTTP/2 response, in bytes: curl's limit.
const MAX_HEADER_BYTES: u32 = 300 << 10;

/// The longest silence on an HTTP/2 connection before a PING.
const MAX_PING_INTERVAL: Duration = Duration::from_secs(5);

/// The limits of a request, the CAs to trust, and the proxies to use.
#[derive(Debug, Clone)]
pub struct FetchOptions {
    /// The limit for one attempt: connection, redirects and body.
    pub timeout: Duration,
    /// The maximum number of retries after transient failures.
    pub retries: usize,
    /// CAs to trust in addition to the system's.
    pub trust: Vec<CertificateDer<'static>>,
    pub proxies: Proxies,
    /// The number of flags that are being retried at the moment.
    pub retrying: Arc<AtomicUsize>,
}

/// A timeout of 6.1 s, two retries, the system's CAs, and no proxy.
impl Default for FetchOptions {
    fn default() -> Self {
        FetchOptions {
            timeout: Duration::from_millis(6100),
            retries: 2,
            trust: Vec::new(),
            proxies: Proxies::none(),
            retrying: Arc::default(),
        }
    }
}

impl FetchOptions {
    /// Checks that the flags of `base` can be requested with these options and the environment.
    ///
    /// # Errors
    /// The proxy for `base` is unusable: there is no fallback to a direct connection. Or TLS is
    /// needed, and the file of CAs in `SSL_CERT_FILE` can't be read.
    pub fn check(&self, base: &BaseUrl) -> anyhow::Result<()> {
        self.proxies.for_url(&base.0)?;
        if self.need_tls(&base.0) { trust::check_ssl_cert_file() } else { Ok(()) }
    }

    /// Whether the client for `url` connects to anything over TLS.
    fn need_tls(&self, url: &Url) -> bool {
        url.scheme() == "https" || self.proxies.http_needs_tls()
    }
}

/// The clients of one run, each built when it is first needed.
pub(super) struct Clients {
    pub(super) base: BaseUrl,
    pub(super) options: FetchOptions,
    /// The connections that have answered a request.
    pub(super) answered: AnsweredConnections,
    lookups: Arc<Lookups>,
    /// Made when it is first needed: reading the system's CAs takes longer than fetching 20 flags
    /// from a server nearby.
    tls: OnceLock<Result<ClientConfig, String>>,
    clients: Mutex<HashMap<(Purpose, Reuse), Result<Client, String>>>,
    /// Whether the server of the base URL is known to speak HTTP/1 over TLS.
    base_speaks_http1: AtomicBool,
}

/// What a client is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Purpose {
    /// Any server, over http.
    Http,
    /// The server of the base URL, over https.
    HttpsBase,
    /// The server of the base URL, over https, once it is known to speak HTTP/1.
    HttpsBaseHttp1,
    /// Other servers that redirects lead to, over https.
    HttpsElsewhere,
}

impl Clients {
    pub(super) fn new(base: BaseUrl, options: FetchOptions, lookups: Lookups) -> Clients {
        // This does nothing if there is a provider of cryptography already.
        let _ = default_provider().install_default();
        Clients {
            base,
            options,
            answered: AnsweredConnections::default(),
            lookups: Arc::new(lookups),
            tls: OnceLock::new(),
            clients: Mutex::default(),
            base_speaks_http1: AtomicBool::new(false),
        }
    }

    /// The client that sends a request for `url` over connections of this kind.
    pub(super) fn client(&self, url: &Url, reuse: Reuse) -> Result<Client, FlagError> {
        let mut clients = self.clients.lock().expect("building a client does not panic");
        let client = clients.entry((self.purpose(url), reuse));
        let client = client.or_insert_with(|| self.build(url, reuse)).clone();
        let kind = if url.scheme() == "http" { Kind::Connect } else { Kind::Tls };
        client.map_err(|message| FlagError::permanent(kind, message))
    }

    /// Takes note that the server of `url` speaks HTTP/1.
    ///
    /// Idle connections of HTTP/1 are closed soon, those of HTTP/2 are not: there may be more time
    /// between two requests. Over TLS a client can't tell them apart, so that of the base URL is
    /// replaced, and the pool with its first connection is dropped.
    pub(super) fn record_http1(&self, url: &Url) {
        let purpose = self.purpose(url);
        if purpose == Purpose::HttpsBase {
            self.base_speaks_http1.store(true, Ordering::Relaxed);
            let mut clients = self.clients.lock().expect("building a client does not panic");
            clients.remove(&(purpose, Reuse::Pooled));
        }
    }

    fn purpose(&self, url: &Url) -> Purpose {
        match url.scheme() {
            "http" => Purpose::Http,
            _ if self.base.0.origin() != url.origin() => Purpose::HttpsElsewhere,
            _ if self.base_speaks_http1.load(Ordering::Relaxed) => Purpose::HttpsBaseHttp1,
            _ => Purpose::HttpsBase,
        }
    }

    fn build(&self, url: &Url, reuse: Reuse) -> Result<Client, String> {
        let timeout = self.options.timeout;
        let purpose = self.purpose(url);
        let mut builder = self.options.proxies.configure(self.settings());
        builder = match self.options.need_tls(url) {
            false => builder.tls_certs_only([]),
            true => {
                let config = || trust::tls_config(&self.options.trust);
                let config =
                    self.tls.get_or_init(|| config().map_err(|error| format!("{error:#}")));
                let mut config = config.clone()?;
                config.alpn_protocols = match purpose {
                    Purpose::HttpsBaseHttp1 => vec![b"http/1.1".to_vec()],
                    _ => vec![b"h2".to_vec(), b"http/1.1".to_vec()],
                };
                builder.tls_backend_preconfigured(config)
            }
        };
        if self.options.proxies.for_url(url).is_ok_and(|proxy| proxy.is_some()) {
            // Shorter than the timeout of the attempt, so that the proxy is known to be at fault.
            builder = builder.connect_timeout(timeout / 10 * 9);
        }
        // A silent HTTP/2 connection is given up before the requests on it time out, so that later
        // requests do not have to wait on it too.
        let interval = (timeout / 4).min(MAX_PING_INTERVAL);
        let ping = |builder: ClientBuilder| {
            builder.http2_keep_alive_interval(interval).http2_keep_alive_timeout(2 * interval)
        };
        builder = match purpose {
            _ if reuse == Reuse::Fresh => builder.pool_max_idle_per_host(0),
            Purpose::Http | Purpose::HttpsBaseHttp1 => builder.pool_idle_timeout(MAX_IDLE),
            Purpose::HttpsElsewhere => ping(builder),
            Purpose::HttpsBase => {
                ping(builder).connector_layer(layer_fn(SingleFlightConnector::new))
            }
        };
        let client = builder.build();
        client.map_err(|error| format!("cannot set up the HTTP client: {}", root_cause(&error)))
    }

    /// The settings that all clients share.
    fn settings(&self) -> ClientBuilder {
        Client::builder()
            .user_agent(concat!("flags/", env!("CARGO_PKG_VERSION")))
            // `Attempt::run` follows redirects, `get_flag` retries.
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .dns_resolver(self.lookups.clone())
            // Each address of a host gets an equal share of this.
            .connect_timeout(self.options.timeout)
            // Accepted as browsers and curl do (RFC 9112 §5.1, §5.2).
            .http1_allow_obsolete_multiline_headers_in_responses(true)
            .http1_allow_spaces_after_header_name_in_responses(true)
            .http1_ignore_invalid_headers_in_responses(true)
            .http1_max_headers(MAX_HEADERS)
            .http2_max_header_list_size(MAX_HEADER_BYTES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_https_client_of_the_base_url_talks_to_a_single_host() {
        use Purpose::{Http, HttpsBase, HttpsElsewhere};
        for (base, url, expected) in [
            ("http://h", "http://h/a", Http),
            ("http://h", "http://other/a", Http),
            ("http://h", "https://h/a", HttpsElsewhere),
            ("https://h", "https://h/a", HttpsBase),
            ("https://h", "https://other/a", HttpsElsewhere),
            ("https://h", "http://h/a", Http),
        ] {
            let (base, url) = (base.parse().unwrap(), url.parse().unwrap());
            let clients = Clients::new(base, FetchOptions::default(), Lookups::default());
            assert_eq!(clients.purpose(&url), expected, "{url}");
        }
    }

    #[test]
    fn the_longest_timeout_is_no_problem_even_behind_a_proxy() {
        let proxies = Proxies::from_variables(|name| (name == "all_proxy").then(|| "p".into()));
        let options = FetchOptions { timeout: Duration::MAX, proxies, ..FetchOptions::default() };
        let clients = Clients::new("http://h".parse().unwrap(), options, Lookups::default());
        assert!(clients.client(&"http://h".parse().unwrap(), Reuse::Pooled).is_ok());
    }
}
