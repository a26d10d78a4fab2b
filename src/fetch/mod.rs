//! `get_flag`: all the HTTP there is, once, async.

mod client;
mod error;
mod first;
mod headers;

use std::time::{Duration, SystemTime};

use backon::{ExponentialBuilder, Retryable};
use reqwest::header::{IF_MODIFIED_SINCE, LAST_MODIFIED};
use reqwest::{Response, StatusCode, Url, Version};

pub use client::{Proxies, read_certificates};
pub use error::FetchError;
pub use reqwest::Certificate;

use crate::base_url::BaseUrl;
use crate::country::CountryCode;
use crate::gif::{self, Defect};
use crate::save::MAX_BYTES;
use client::Clients;

/// How many redirects one request follows.
pub const MAX_REDIRECTS: usize = 10;

/// The pause before the first further try; each later one is twice as long, and jitter up to as much again
/// is added.
const FIRST_PAUSE: Duration = Duration::from_millis(200);

/// The limits of a request, and whom to trust.
#[derive(Debug, Clone)]
pub struct FetchOptions {
    /// For one whole try: connection, redirects and body.
    pub timeout: Duration,
    /// Further tries after what may pass by itself.
    pub retries: usize,
    /// CAs to trust beside the system's.
    pub trust: Vec<Certificate>,
    pub proxies: Proxies,
}

/// 6.1 s for a try, two further ones, the system's CAs, and the proxies that the environment names.
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

/// Fetches flags from one base URL. Connections are kept and shared.
pub struct Fetcher {
    base: BaseUrl,
    clients: Clients,
    timeout: Duration,
    retries: usize,
}

/// What the server had to say about a flag.
#[derive(Debug)]
pub struct Answer {
    /// `HTTP/1.0`, `HTTP/1.1` or `HTTP/2`.
    pub http_version: &'static str,
    pub content: Content,
}

/// The useful answers.
#[derive(Debug)]
pub enum Content {
    /// A whole GIF, and when it was last modified, where the server said so.
    Flag { image: Vec<u8>, modified: Option<SystemTime> },
    /// 404: there is no such flag.
    NotFound,
    /// 304: it is as old as the one asked about, or older.
    Unchanged,
}

impl Fetcher {
    /// Sets up the HTTP client. No connection is made yet.
    ///
    /// # Errors
    /// The client can't be set up.
    pub fn new(base: BaseUrl, options: FetchOptions) -> anyhow::Result<Fetcher> {
        let clients = Clients::new(base.clone(), options.trust, options.proxies)?;
        Ok(Fetcher { base, clients, timeout: options.timeout, retries: options.retries })
    }

    /// The URL of the flag of `code`.
    pub fn url(&self, code: CountryCode) -> Url {
        self.base.flag(code)
    }

    /// Fetches the flag of `code`; with `since`, only if it was modified after that (RFC 9110 §13.1.3).
    ///
    /// What may pass by itself is tried again, after a pause that grows, or the one that the server asked
    /// for (RFC 9110 §10.2.3). Returns the number of tries along with what came of the last.
    pub async fn get_flag(
        &self,
        code: CountryCode,
        since: Option<SystemTime>,
    ) -> (u32, Result<Answer, FetchError>) {
        let url = self.url(code);
        let mut attempts = 0;
        let pauses = ExponentialBuilder::new()
            .with_min_delay(FIRST_PAUSE)
            .with_factor(2.0)
            .with_max_times(self.retries)
            .with_jitter();
        let answer = (|| {
            attempts += 1;
            self.get_once(&url, since)
        })
        .retry(pauses)
        .when(FetchError::is_transient)
        .adjust(|error, planned| planned.map(|pause| error.retry_after().unwrap_or(pause)))
        .await;
        (attempts, answer)
    }

    async fn get_once(&self, url: &Url, since: Option<SystemTime>) -> Result<Answer, FetchError> {
        match tokio::time::timeout(self.timeout, self.get_following(url, since)).await {
            Ok(answer) => answer,
            Err(_) => Err(FetchError::Timeout(self.timeout)),
        }
    }

    async fn get_following(
        &self,
        url: &Url,
        since: Option<SystemTime>,
    ) -> Result<Answer, FetchError> {
        let mut url = url.clone();
        for _ in 0..=MAX_REDIRECTS {
            let mut request = self.clients.for_url(&url)?.get(url.clone());
            if let Some(date) = since.and_then(headers::http_date) {
                request = request.header(IF_MODIFIED_SINCE, date);
            }
            let response = request.send().await.map_err(FetchError::before_answer)?;
            match headers::redirect(&response, &url)? {
                Some(target) => url = target,
                None => return read_answer(response, since.is_some()).await,
            }
        }
        Err(FetchError::Redirect(format!("more than {MAX_REDIRECTS} redirects")))
    }
}

async fn read_answer(response: Response, conditional: bool) -> Result<Answer, FetchError> {
    let http_version = match response.version() {
        Version::HTTP_2 => "HTTP/2",
        Version::HTTP_10 => "HTTP/1.0",
        _ => "HTTP/1.1",
    };
    let content = match response.status() {
        StatusCode::OK => {
            let modified = headers::date(response.headers(), LAST_MODIFIED);
            Content::Flag { image: read_image(response).await?, modified }
        }
        StatusCode::NOT_FOUND => Content::NotFound,
        StatusCode::NOT_MODIFIED if conditional => Content::Unchanged,
        status => {
            let retry_after = headers::retry_after(response.headers(), SystemTime::now());
            return Err(FetchError::Status { status, retry_after });
        }
    };
    Ok(Answer { http_version, content })
}

/// The body, which has to be a whole GIF. It is bounded while it streams: nobody can fill the memory.
async fn read_image(mut response: Response) -> Result<Vec<u8>, FetchError> {
    let promised = response.content_length();
    let chunked = headers::is_chunked(&response);
    let capacity = match usize::try_from(promised.unwrap_or(0)) {
        Ok(length) if length <= MAX_BYTES => length,
        _ => return Err(FetchError::TooLarge),
    };
    let mut image = Vec::with_capacity(capacity);
    while let Some(chunk) =
        response.chunk().await.map_err(|error| FetchError::in_body(error, image.len()))?
    {
        if image.len() + chunk.len() > MAX_BYTES {
            return Err(FetchError::TooLarge);
        }
        image.extend_from_slice(&chunk);
    }
    // Its connection has a turn to say that it is free: whoever asks next then need not make another.
    tokio::task::yield_now().await;
    // Without a length or a last chunk, a body ends with its connection, or its HTTP/2 stream, and then one
    // that is given up with no word of an error looks the same.
    let all_came = chunked || promised == Some(image.len() as u64);
    match gif::check(&image) {
        Ok(()) => Ok(image),
        Err(defect @ Defect::CutShort) if !all_came => {
            Err(FetchError::Truncated { received: image.len(), reason: defect.to_string() })
        }
        Err(defect) => Err(FetchError::NotAGif(defect)),
    }
}
