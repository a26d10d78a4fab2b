//! The HTTP clients of a run, each built when it is first needed.

use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::{Context, bail};
use reqwest::{Certificate, Client, ClientBuilder, Url, redirect, retry};

use super::FetchOptions;
use super::connections::Connections;
use super::error::FetchError;
use super::lookup::Lookups;
use super::proxy::Proxies;
use super::single_flight::SingleFlightConnect;
use crate::base_url::BaseUrl;

/// The maximum number of header fields in an HTTP/1 response. curl allows 5000, but the HTTP
/// library reserves memory for all of them at each response, and then 194 flags take 5 % longer.
const MAX_HEADERS: usize = 1024;

/// The maximum size of the header fields of an HTTP/2 response, in bytes: curl's limit.
const MAX_HEADER_BYTES: u32 = 300 << 10;

/// The longest silence on an HTTP/2 connection before a PING.
const MAX_PING_INTERVAL: Duration = Duration::from_secs(5);

/// The clients of one run.
pub(super) struct Clients {
    base: BaseUrl,
    options: FetchOptions,
    lookups: Arc<Lookups>,
    pooled: ClientSet,
    fresh: ClientSet,
}

/// The clients for one kind of connections.
#[derive(Default)]
struct ClientSet {
    http: LazyClient,
    /// For the origin of the base URL, if that is https.
    https: LazyClient,
    /// For other origins that redirects lead to over https.
    https_elsewhere: LazyClient,
}

/// A client that is built when it is first needed: reading the system's CAs takes longer than
/// fetching 20 flags from a server nearby.
type LazyClient = OnceLock<Result<Client, String>>;

impl Clients {
    pub(super) fn new(base: BaseUrl, options: FetchOptions, lookups: Lookups) -> Clients {
        install_provider();
        let (pooled, fresh) = (ClientSet::default(), ClientSet::default());
        Clients { base, options, lookups: Arc::new(lookups), pooled, fresh }
    }

    /// The client that sends a request for `url` over this kind of `connections`.
    pub(super) fn client(
        &self,
        url: &Url,
        connections: Connections,
    ) -> Result<&Client, FetchError> {
        let set = match connections {
            Connections::Pooled => &self.pooled,
            Connections::Fresh => &self.fresh,
        };
        let client = match url.scheme() {
            "http" => &set.http,
            _ if self.is_base_over_https(url) => &set.https,
            _ => &set.https_elsewhere,
        };
        client.get_or_init(|| build(self.builder(url, connections))).as_ref().map_err(|reason| {
            let reason = match url.scheme() {
                "http" => format!("cannot set up the HTTP client: {reason}"),
                _ => format!("no trusted CAs found: {reason}; give some with --cacert"),
            };
            FetchError::Tls(reason)
        })
    }

    /// A client that sends plain requests to `proxy`, whose scheme is http or https. A request ends
    /// well before the timeout of the attempt, so that the failure that it explains is not lost.
    pub(super) fn proxy_client(&self, proxy: &Url) -> reqwest::Result<Client> {
        let proxy = reqwest::Proxy::http(proxy.clone())?;
        let settings = self.settings(self.proxies().need_tls()).timeout(self.options.timeout / 4);
        settings.no_proxy().proxy(proxy).build()
    }

    pub(super) fn proxies(&self) -> &Proxies {
        &self.options.proxies
    }

    fn builder(&self, url: &Url, connections: Connections) -> reqwest::Result<ClientBuilder> {
        let needs_tls = url.scheme() == "https" || self.proxies().need_tls();
        let mut builder = self.proxies().configure(self.settings(needs_tls))?;
        if self.proxies().for_url(url).is_ok_and(|proxy| proxy.is_some()) {
            // Shorter than the timeout of the attempt, so that the proxy is known to be at fault.
            builder = builder.connect_timeout(self.options.timeout * 9 / 10);
        }
        match connections {
            Connections::Fresh => builder = builder.pool_max_idle_per_host(0),
            Connections::Pooled => {
                // A silent HTTP/2 connection is given up before the requests on it time out, so
                // that later requests do not have to wait on it too.
                let interval = (self.options.timeout / 4).min(MAX_PING_INTERVAL);
                builder = builder
                    .http2_keep_alive_interval(interval)
                    .http2_keep_alive_timeout(2 * interval);
                if self.is_base_over_https(url) {
                    builder = builder.connector_layer(SingleFlightConnect::default());
                }
            }
        }
        Ok(builder)
    }

    /// Whether the client for `url` talks to a single host over https, that of the base URL.
    fn is_base_over_https(&self, url: &Url) -> bool {
        url.scheme() == "https" && self.base.has_origin_of(url)
    }

    /// The settings that all clients share. Without `needs_tls` the system's CAs are not read.
    fn settings(&self, needs_tls: bool) -> ClientBuilder {
        let builder = Client::builder()
            .user_agent(concat!("flags/", env!("CARGO_PKG_VERSION")))
            // Redirects and retries are counted and bounded in `get_flag`.
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
            .http2_max_header_list_size(MAX_HEADER_BYTES);
        let trust = self.options.trust.iter().cloned();
        if needs_tls { builder.tls_certs_merge(trust) } else { builder.tls_certs_only(trust) }
    }
}

fn build(builder: reqwest::Result<ClientBuilder>) -> Result<Client, String> {
    let client = builder.and_then(ClientBuilder::build);
    client.map_err(|error| format!("{:#}", anyhow::Error::from(error)))
}

fn install_provider() {
    // Fails if a provider has been installed already, which is then used.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// The certificates in the PEM file at `path`.
///
/// # Errors
/// The file can't be read, or has no certificate, or one that is malformed.
pub fn read_certificates(path: &Path) -> anyhow::Result<Vec<Certificate>> {
    let file = path.display();
    let pem = std::fs::read(path).with_context(|| format!("cannot read the CAs in {file}"))?;
    let certificates = Certificate::from_pem_bundle(&pem)
        .with_context(|| format!("cannot parse the CAs in {file}"))?;
    if certificates.is_empty() {
        bail!("no certificate in {file}; expected a PEM file with at least one");
    }
    // The content of a certificate is checked only when a client is built with it.
    install_provider();
    let trial = Client::builder().tls_certs_only(certificates.iter().cloned()).build();
    trial.with_context(|| format!("cannot parse the CAs in {file}"))?;
    Ok(certificates)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The clients of a run over `base` that trusts a CA, so that the system needs to have none.
    fn clients(base: &str) -> Clients {
        let authority = rcgen::generate_simple_self_signed(["h".to_owned()]).unwrap();
        let trust = vec![Certificate::from_pem(authority.cert.pem().as_bytes()).unwrap()];
        let options = FetchOptions { trust, ..FetchOptions::default() };
        Clients::new(base.parse().unwrap(), options, Lookups::default())
    }

    #[test]
    fn each_scheme_kind_of_connection_and_for_https_each_kind_of_host_has_its_own_client() {
        use Connections::{Fresh, Pooled};
        for base in ["http://h", "https://h"] {
            let clients = clients(base);
            let is_shared = |one: (&str, Connections), other: (&str, Connections)| {
                let [one, other] = [one, other].map(|(url, connections)| {
                    clients.client(&url.parse().unwrap(), connections).unwrap()
                });
                std::ptr::eq(one, other)
            };
            assert!(is_shared(("http://h/a", Pooled), ("http://other/b", Pooled)), "{base}");
            assert!(is_shared(("https://h/a", Pooled), ("https://h/b", Pooled)), "{base}");
            assert!(!is_shared(("https://h/a", Pooled), ("https://h/a", Fresh)), "{base}");
            assert!(!is_shared(("http://h/a", Pooled), ("https://h/a", Pooled)), "{base}");
            let by_host = is_shared(("https://h/a", Pooled), ("https://other/a", Pooled));
            assert_eq!(by_host, base == "http://h", "{base}");
        }
    }

    #[test]
    fn only_the_https_client_of_the_base_url_talks_to_a_single_host() {
        let is_base_over_https =
            |base: &str, url: &str| clients(base).is_base_over_https(&url.parse().unwrap());
        assert!(is_base_over_https("https://h", "https://h/a"));
        assert!(!is_base_over_https("https://h", "https://other/a"));
        assert!(!is_base_over_https("http://h", "http://h/a"));
    }
}
