//! The HTTP clients: one for http, and two for https that are built when they are first needed.

use std::path::Path;
use std::sync::OnceLock;

use anyhow::{Context, bail};
use reqwest::{Certificate, Client, ClientBuilder, Url, redirect, retry};

use super::FetchError;
use super::single_flight::SingleFlightConnect;
use crate::base_url::BaseUrl;

/// The clients of one run.
pub(super) struct Clients {
    http: Client,
    /// For the origin of the base URL, if that is https.
    https: LazyClient,
    /// For other origins that redirects lead to over https.
    https_elsewhere: LazyClient,
    base: BaseUrl,
    trust: Vec<Certificate>,
    proxies: Proxies,
}

/// A client that is built when it is first needed: reading the system's CAs takes longer than
/// fetching 20 flags from a server nearby.
type LazyClient = OnceLock<Result<Client, String>>;

/// Whether the proxies of the environment are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proxies {
    FromEnvironment,
    None,
}

impl Clients {
    pub(super) fn new(
        base: BaseUrl,
        trust: Vec<Certificate>,
        proxies: Proxies,
    ) -> anyhow::Result<Clients> {
        install_provider();
        let http = builder(proxies).tls_certs_only(trust.iter().cloned()).build();
        Ok(Clients {
            http: http.context("cannot set up the HTTP client")?,
            https: LazyClient::new(),
            https_elsewhere: LazyClient::new(),
            base,
            trust,
            proxies,
        })
    }

    /// The client for `url`.
    pub(super) fn for_url(&self, url: &Url) -> Result<&Client, FetchError> {
        if url.scheme() == "http" {
            return Ok(&self.http);
        }
        let builder = || builder(self.proxies).tls_certs_merge(self.trust.iter().cloned());
        let client = match self.base.has_origin_of(url) {
            true => self
                .https
                .get_or_init(|| build(builder().connector_layer(SingleFlightConnect::default()))),
            false => self.https_elsewhere.get_or_init(|| build(builder())),
        };
        client.as_ref().map_err(|reason| {
            FetchError::Tls(format!("no trusted CAs found: {reason}; give some with --cacert"))
        })
    }
}

fn builder(proxies: Proxies) -> ClientBuilder {
    let builder = Client::builder()
        .user_agent(concat!("flags/", env!("CARGO_PKG_VERSION")))
        // Redirects and retries are counted and bounded in `get_flag`.
        .redirect(redirect::Policy::none())
        .retry(retry::never());
    match proxies {
        Proxies::FromEnvironment => builder,
        Proxies::None => builder.no_proxy(),
    }
}

fn install_provider() {
    // Fails where a caller has chosen a provider already: theirs is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

fn build(builder: ClientBuilder) -> Result<Client, String> {
    builder.build().map_err(|error| format!("{:#}", anyhow::Error::from(error)))
}

/// The certificates in the PEM file at `path`.
///
/// # Errors
/// The file can't be read, or holds no certificate.
pub fn read_certificates(path: &Path) -> anyhow::Result<Vec<Certificate>> {
    let shown = path.display();
    let pem = std::fs::read(path).with_context(|| format!("cannot read the CAs in {shown}"))?;
    let certificates = Certificate::from_pem_bundle(&pem)
        .with_context(|| format!("cannot make sense of the CAs in {shown}"))?;
    if certificates.is_empty() {
        bail!("there is no certificate in {shown}: a PEM file with one or more is needed");
    }
    // What is in the file is looked at only when a client is made of it.
    install_provider();
    let trial = Client::builder().tls_certs_only(certificates.iter().cloned()).build();
    trial.with_context(|| format!("cannot make sense of the CAs in {shown}"))?;
    Ok(certificates)
}
