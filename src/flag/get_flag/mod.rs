//! `get_flag`: all the HTTP there is, once, async.

mod client;
mod dns;
mod error;
mod headers;
mod lanes;
mod single_flight;

use std::future::poll_fn;
use std::task::Poll;
use std::time::{Duration, SystemTime};
use std::{mem, panic};

use backon::{ExponentialBuilder, Retryable};
use reqwest::header::{IF_MODIFIED_SINCE, LAST_MODIFIED};
use reqwest::{Client, Response, StatusCode, Url, Version};
use tokio::runtime::Handle;
use tokio::task::JoinSet;

pub use client::{Proxies, read_certificates};
pub use error::FetchError;
pub(crate) use lanes::Lanes;
pub use reqwest::Certificate;

use crate::base_url::BaseUrl;
use crate::country::CountryCode;
use crate::flag::save_flag::MAX_BYTES;
use crate::gif::{self, Defect};
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
    /// The runtime that https is left to, where that is another one.
    secure: Option<Handle>,
}

/// What came of asking for a flag.
#[derive(Debug)]
pub struct Fetched {
    /// How often it was asked for.
    pub attempts: u32,
    /// Of the last try's answer, where there was one: `HTTP/1.0`, `HTTP/1.1` or `HTTP/2`.
    pub http_version: Option<&'static str>,
    pub answer: Result<Answer, FetchError>,
}

/// The useful answers.
#[derive(Debug)]
pub enum Answer {
    /// A whole GIF, and when it was last modified, where the server said so.
    Flag { image: Vec<u8>, modified: Option<SystemTime> },
    /// 404: there is no such flag.
    NotFound,
    /// 304: it is as old as the one asked about, or older.
    Unchanged,
}

impl Fetcher {
    /// Sets up the HTTP client, for requests that are made on `runtime`. No connection is made yet.
    ///
    /// # Errors
    /// The client can't be set up.
    pub fn new(base: BaseUrl, options: FetchOptions, runtime: Handle) -> anyhow::Result<Fetcher> {
        let FetchOptions { timeout, retries, trust, proxies } = options;
        let clients = Clients::new(base.clone(), trust, proxies, runtime)?;
        Ok(Fetcher { base, clients, timeout, retries, secure: None })
    }

    /// One for another runtime, with connections of its own. Those over https are still shared, so that one of them can
    /// serve all: they stay on `runtime`, where they are.
    fn beside(&self, runtime: Handle) -> anyhow::Result<Fetcher> {
        Ok(Fetcher {
            base: self.base.clone(),
            clients: self.clients.beside()?,
            timeout: self.timeout,
            retries: self.retries,
            secure: Some(runtime),
        })
    }

    /// The URL of the flag of `code`.
    pub fn url(&self, code: CountryCode) -> Url {
        self.base.flag(code)
    }

    /// Fetches the flag of `code`; with `since`, only if it was modified after that (RFC 9110 §13.1.3).
    ///
    /// What may pass by itself is tried again, after a pause that grows, or the one that the server asked
    /// for (RFC 9110 §10.2.3). What is returned is what came of the last try.
    pub async fn get_flag(&self, code: CountryCode, since: Option<SystemTime>) -> Fetched {
        let url = self.url(code);
        let mut attempts = 0;
        let pauses = ExponentialBuilder::new()
            .with_min_delay(FIRST_PAUSE)
            .with_factor(2.0)
            .with_max_times(self.retries)
            .with_jitter();
        let last = (|| {
            attempts += 1;
            self.get_once(&url, since)
        })
        .retry(pauses)
        .when(|failed| failed.error.is_transient())
        .adjust(|failed, planned| planned.map(|pause| failed.error.retry_after().unwrap_or(pause)))
        .await;
        let (http_version, answer) = match last {
            Ok((version, answer)) => (Some(version), Ok(answer)),
            Err(Failed { http_version, error }) => (http_version, Err(error)),
        };
        Fetched { attempts, http_version, answer }
    }

    async fn get_once(&self, url: &Url, since: Option<SystemTime>) -> Result<Seen, Failed> {
        match tokio::time::timeout(self.timeout, self.get_following(url, since)).await {
            Ok(answer) => answer,
            Err(_) => Err(FetchError::Timeout(self.timeout).into()),
        }
    }

    async fn get_following(&self, url: &Url, since: Option<SystemTime>) -> Result<Seen, Failed> {
        let mut url = url.clone();
        let mut http_version = None;
        for _ in 0..=MAX_REDIRECTS {
            let asking = ask(self.clients.for_url(&url)?.clone(), url.clone(), since);
            let (version, step) = match &self.secure {
                Some(runtime) if url.scheme() == "https" => done_on(runtime, asking).await?,
                _ => asking.await?,
            };
            match step {
                Step::Redirect(target) => url = target,
                Step::Answer(answer) => return Ok((version, answer)),
            }
            http_version = Some(version);
        }
        let error = FetchError::Redirect(format!("more than {MAX_REDIRECTS} redirects"));
        Err(Failed { http_version, error })
    }
}

/// Where a request led to.
enum Step {
    Redirect(Url),
    Answer(Answer),
}

/// Asks for `url`, and nothing else.
async fn ask(
    client: Client,
    url: Url,
    since: Option<SystemTime>,
) -> Result<(&'static str, Step), Failed> {
    let mut request = client.get(url.clone());
    if let Some(date) = since.and_then(headers::http_date) {
        request = request.header(IF_MODIFIED_SINCE, date);
    }
    let response = request.send().await.map_err(FetchError::before_answer)?;
    let version = version(&response);
    let failed = |error| Failed { http_version: Some(version), error };
    let step = match headers::redirect(&response, &url).map_err(failed)? {
        Some(target) => Step::Redirect(target),
        None => Step::Answer(read_answer(response, since.is_some()).await.map_err(failed)?),
    };
    Ok((version, step))
}

/// Has `work` done on `runtime`, where it ends as soon as it is given up here.
async fn done_on<T: Send + 'static>(
    runtime: &Handle,
    work: impl Future<Output = T> + Send + 'static,
) -> T {
    let mut task = JoinSet::new();
    task.spawn_on(work, runtime);
    let done = task.join_next().await.expect("there is one");
    done.unwrap_or_else(|panicked| panic::resume_unwind(Box::new(panicked)))
}

/// An answer, and the version of HTTP that it came by.
type Seen = (&'static str, Answer);

/// An error, and the version of HTTP that the answer came by, where one came.
struct Failed {
    http_version: Option<&'static str>,
    error: FetchError,
}

impl From<FetchError> for Failed {
    fn from(error: FetchError) -> Self {
        Failed { http_version: None, error }
    }
}

fn version(response: &Response) -> &'static str {
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
            Ok(Answer::Flag { image: read_image(response).await?, modified })
        }
        StatusCode::NOT_FOUND => Ok(Answer::NotFound),
        StatusCode::NOT_MODIFIED if conditional => Ok(Answer::Unchanged),
        status => {
            let retry_after = headers::retry_after(response.headers(), SystemTime::now());
            Err(FetchError::Status { status, retry_after })
        }
    }
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
    have_others_polled().await;
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

/// Goes to the back of the queue of tasks, so that those in it are polled first. tokio's `yield_now` comes back only
/// when the system was asked for news of the network as well, and often after what that brings: a flag that is there
/// would wait for others. (On a lane there are no others, and the system is asked in any case.)
async fn have_others_polled() {
    let mut yielded = false;
    poll_fn(|context| {
        if mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await
}
