//! `get_flag`: all HTTP of the program, async, once for all strategies.

mod client;
mod error;
mod headers;
mod image;
mod single_flight;

use std::time::{Duration, Instant, SystemTime};

use backon::{BackoffBuilder, ExponentialBuilder};
use reqwest::header::{IF_MODIFIED_SINCE, LAST_MODIFIED};
use reqwest::{Response, StatusCode, Url, Version};
use tokio::time::{sleep, timeout};

pub use client::{Proxies, read_certificates};
pub use error::FetchError;
pub use reqwest::Certificate;

use crate::base_url::BaseUrl;
use crate::country::CountryCode;
use client::Clients;

/// The most redirects that one request follows.
pub const MAX_REDIRECTS: usize = 10;

/// The pause before the first retry. Each later one is twice as long, plus jitter of up to as much again.
const FIRST_PAUSE: Duration = Duration::from_millis(200);

/// The limits of a request, the CAs to trust, and the proxies to use.
#[derive(Debug, Clone)]
pub struct FetchOptions {
    /// The limit for one attempt: connection, redirects and body.
    pub timeout: Duration,
    /// Retries after a transient failure.
    pub retries: usize,
    /// CAs to trust in addition to the system's.
    pub trust: Vec<Certificate>,
    pub proxies: Proxies,
}

/// A timeout of 6.1 s, two retries, the system's CAs, and the proxies of the environment.
impl Default for FetchOptions {
    fn default() -> Self {
        FetchOptions {
            timeout: Duration::from_millis(6100),
            retries: 2,
            trust: Vec::new(),
            proxies: Proxies::FromEnvironment,
        }
    }
}

/// Fetches flags from one base URL over shared connections.
pub struct Fetcher {
    base: BaseUrl,
    clients: Clients,
    timeout: Duration,
    retries: usize,
}

/// The result of a request for a flag, retries included.
#[derive(Debug)]
pub struct Fetched {
    /// The number of attempts, from 1.
    pub attempts: u32,
    pub trace: Trace,
    pub answer: Result<Answer, FetchError>,
}

/// What is known of the last attempt, even if it failed later on.
#[derive(Debug, Clone, Copy, Default)]
pub struct Trace {
    /// The HTTP version of the answer: `HTTP/1.0`, `HTTP/1.1` or `HTTP/2`.
    pub http_version: Option<&'static str>,
    /// When the head of the answer had arrived.
    pub answered: Option<Instant>,
    /// When the last byte of the answer had arrived.
    pub fetched: Option<Instant>,
}

/// An answer that settles a request.
#[derive(Debug)]
pub enum Answer {
    /// A whole GIF, with its `Last-Modified` if the server sent one.
    Flag { image: Vec<u8>, modified: Option<SystemTime> },
    /// 404: the server has no such flag.
    NotFound,
    /// 304: the server has no newer flag.
    Unchanged,
}

impl Fetcher {
    /// Sets up the HTTP clients. No connection is made yet.
    ///
    /// # Errors
    /// A client can't be set up.
    pub fn new(base: BaseUrl, options: FetchOptions) -> anyhow::Result<Fetcher> {
        let FetchOptions { timeout, retries, trust, proxies } = options;
        let clients = Clients::new(base.clone(), trust, proxies)?;
        Ok(Fetcher { base, clients, timeout, retries })
    }

    /// The URL of the flag of `code`.
    pub fn url(&self, code: CountryCode) -> Url {
        self.base.flag(code)
    }

    /// Fetches the flag of `code`; with `if_newer_than`, only if it was modified after that time
    /// (RFC 9110 §13.1.3).
    ///
    /// Transient failures are retried, after exponential backoff or the pause that the server asks
    /// for (RFC 9110 §10.2.3). The result is that of the last attempt.
    pub async fn get_flag(&self, code: CountryCode, if_newer_than: Option<SystemTime>) -> Fetched {
        let url = self.url(code);
        let mut pauses = ExponentialBuilder::new()
            .with_min_delay(FIRST_PAUSE)
            .with_factor(2.0)
            .with_max_times(self.retries)
            .with_jitter()
            .build();
        for attempts in 1.. {
            let mut trace = Trace::default();
            let request = self.follow_redirects(&url, if_newer_than, &mut trace);
            let answer = match timeout(self.timeout, request).await {
                Ok(answer) => answer,
                Err(_) => Err(FetchError::Timeout(self.timeout)),
            };
            let pause = match &answer {
                Err(error) if error.is_transient() => {
                    pauses.next().map(|planned| error.retry_after().unwrap_or(planned))
                }
                _ => None,
            };
            match pause {
                Some(pause) => sleep(pause).await,
                None => return Fetched { attempts, trace, answer },
            }
        }
        unreachable!("the loop ends with the last pause")
    }

    async fn follow_redirects(
        &self,
        url: &Url,
        if_newer_than: Option<SystemTime>,
        trace: &mut Trace,
    ) -> Result<Answer, FetchError> {
        let mut url = url.clone();
        for _ in 0..=MAX_REDIRECTS {
            let response = self.send_once(&url, if_newer_than).await?;
            trace.http_version = Some(http_version(&response));
            trace.answered = Some(Instant::now());
            match headers::redirect(&response, &url)? {
                Some(target) => url = target,
                None => {
                    let answer = read_answer(response, if_newer_than.is_some()).await?;
                    trace.fetched = Some(Instant::now());
                    return Ok(answer);
                }
            }
        }
        Err(FetchError::Redirect(format!("more than {MAX_REDIRECTS} redirects")))
    }

    /// Sends one request and returns the head of its answer.
    async fn send_once(
        &self,
        url: &Url,
        if_newer_than: Option<SystemTime>,
    ) -> Result<Response, FetchError> {
        let mut request = self.clients.for_url(url)?.get(url.clone());
        if let Some(date) = if_newer_than.and_then(headers::http_date) {
            request = request.header(IF_MODIFIED_SINCE, date);
        }
        request.send().await.map_err(FetchError::before_answer)
    }
}

fn http_version(response: &Response) -> &'static str {
    match response.version() {
        Version::HTTP_2 => "HTTP/2",
        Version::HTTP_10 => "HTTP/1.0",
        _ => "HTTP/1.1",
    }
}

async fn read_answer(response: Response, conditional: bool) -> Result<Answer, FetchError> {
    match response.status() {
        StatusCode::OK => {
            let modified = headers::date(response.headers(), LAST_MODIFIED);
            Ok(Answer::Flag { image: image::read(response).await?, modified })
        }
        StatusCode::NOT_FOUND => Ok(Answer::NotFound),
        StatusCode::NOT_MODIFIED if conditional => Ok(Answer::Unchanged),
        status => {
            let retry_after = headers::retry_after(response.headers(), SystemTime::now());
            Err(FetchError::Status { status, retry_after })
        }
    }
}
