//! The HTTP clients: one for plain http, and one for https that is made when it is first needed.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use anyhow::{Context, bail};
use reqwest::{Certificate, Client, ClientBuilder, Url, redirect, retry};
use tokio::runtime::Handle;

use super::FetchError;
use super::dns::Lookup;
use super::single_flight::SingleFlightConnect;
use crate::base_url::BaseUrl;

/// The clients of one [`Fetcher`](super::Fetcher).
pub(super) struct Clients {
    plain: Client,
    shared: Arc<Shared>,
}

/// What those of one run have in common. Reading the system's trusted CAs takes longer than fetching 20 flags
/// from nearby, so it is done only for a URL, or a redirect, that is https.
struct Shared {
    /// For the base URL's own host, where that is https.
    origin: Lazy,
    /// For hosts that redirects lead to over https.
    elsewhere: Lazy,
    base: BaseUrl,
    trust: Vec<Certificate>,
    proxies: Proxies,
    runtime: Handle,
}

type Lazy = OnceLock<Result<Client, String>>;

/// Whether the proxies that the environment names are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proxies {
    FromEnvironment,
    None,
}

impl Clients {
    /// Names are looked up on the threads of `runtime`.
    pub(super) fn new(
        base: BaseUrl,
        trust: Vec<Certificate>,
        proxies: Proxies,
        runtime: Handle,
    ) -> anyhow::Result<Clients> {
        install_provider();
        let (origin, elsewhere) = (Lazy::new(), Lazy::new());
        Arc::new(Shared { origin, elsewhere, base, trust, proxies, runtime }).clients()
    }

    /// The same, but with further connections for plain http.
    pub(super) fn beside(&self) -> anyhow::Result<Clients> {
        self.shared.clone().clients()
    }

    /// The client for `url`.
    pub(super) fn for_url(&self, url: &Url) -> Result<&Client, FetchError> {
        match url.scheme() {
            "https" => self.shared.secure_for(url),
            _ => Ok(&self.plain),
        }
    }
}

impl Shared {
    fn clients(self: Arc<Self>) -> anyhow::Result<Clients> {
        let plain = self.builder().tls_certs_only(self.trust.iter().cloned());
        let plain = plain.build().context("cannot set up the HTTP client")?;
        Ok(Clients { plain, shared: self })
    }

    fn secure_for(&self, url: &Url) -> Result<&Client, FetchError> {
        let secure = || self.builder().tls_certs_merge(self.trust.iter().cloned());
        let client = match self.base.has_origin_of(url) {
            true => self
                .origin
                .get_or_init(|| build(secure().connector_layer(SingleFlightConnect::default()))),
            false => self.elsewhere.get_or_init(|| build(secure())),
        };
        client.as_ref().map_err(|reason| {
            let advice = "name some with --cacert";
            FetchError::Tls(format!("no CAs to trust were found: {reason}; {advice}"))
        })
    }

    fn builder(&self) -> ClientBuilder {
        let builder = Client::builder()
            .user_agent(concat!("flags/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(Lookup::on(self.runtime.clone()))
            // Redirects and retries are this program's own, to be counted and bounded.
            .redirect(redirect::Policy::none())
            .retry(retry::never());
        match self.proxies {
            Proxies::FromEnvironment => builder,
            Proxies::None => builder.no_proxy(),
        }
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
