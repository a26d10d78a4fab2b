//! One attempt at a flag: a request, the redirects that it leads to, and the body at the end.

use std::time::{Instant, SystemTime};

use reqwest::header::IF_MODIFIED_SINCE;
use reqwest::{Response, StatusCode, Url, Version};

use super::connections::Connections;
use super::error::FetchError;
use super::{Answer, Fetcher, Trace, headers, image, proxy_error, redirect};

/// The maximum number of redirects that one attempt follows.
const MAX_REDIRECTS: usize = 10;

/// The maximum number of requests for one flag that are sent again because the server did not
/// process them. Without it, a server that refuses every request would cause an endless loop.
const MAX_RESENDS: u32 = 3;

/// An attempt at one flag.
pub(super) struct Attempt<'a> {
    pub(super) fetcher: &'a Fetcher,
    pub(super) if_newer_than: Option<SystemTime>,
    /// The first attempt uses pooled connections. A retry uses fresh ones, so that it avoids the
    /// connection that the last attempt failed on.
    pub(super) connections: Connections,
    pub(super) trace: &'a mut Trace,
}

/// The result of one request: an answer, or a redirect to follow.
enum Hop {
    Answer(Answer),
    Redirect(Url),
}

impl Attempt<'_> {
    /// Requests `url`, follows redirects, and reads the final response.
    pub(super) async fn run(mut self, url: &Url) -> Result<Answer, FetchError> {
        let mut url = url.clone();
        for redirects in 0..=MAX_REDIRECTS {
            match self.request(&url).await {
                Ok(Hop::Redirect(target)) => url = target,
                Ok(Hop::Answer(answer)) => return Ok(answer),
                Err(error) if redirects == 0 => return Err(error),
                Err(error) => return Err(FetchError::redirected(&url, error)),
            }
        }
        Err(FetchError::Redirect(format!("more than {MAX_REDIRECTS} redirects")))
    }

    /// Requests `url` and reads the response, unless it is a redirect.
    async fn request(&mut self, url: &Url) -> Result<Hop, FetchError> {
        let response = self.send_once(url).await?;
        self.trace.http_version = Some(http_version(&response));
        self.trace.answered = Some(Instant::now());
        if let Some(target) = redirect::target(&response, url, &self.fetcher.base)? {
            return Ok(Hop::Redirect(target));
        }
        let answer = read_answer(response, self.if_newer_than).await?;
        self.trace.fetched = Some(Instant::now());
        Ok(Hop::Answer(answer))
    }

    /// Sends one request and returns the head of its response.
    ///
    /// A request that the server provably did not process is sent again at once, on a fresh
    /// connection, up to [`MAX_RESENDS`] times per flag. From then on the attempt uses fresh
    /// connections.
    async fn send_once(&mut self, url: &Url) -> Result<Response, FetchError> {
        let clients = &self.fetcher.clients;
        let proxy = clients.proxies().for_url(url).map_err(FetchError::unusable_proxy)?;
        let mut result = self.send(url).await?;
        while let Err(error) = &result
            && self.trace.resent < MAX_RESENDS
            && self.fetcher.answered.is_unprocessed(error, self.connections)
        {
            self.connections = Connections::Fresh;
            self.trace.resent += 1;
            result = self.send(url).await?;
        }
        match (result, proxy) {
            (Ok(response), Some(proxy))
                if response.status() == StatusCode::PROXY_AUTHENTICATION_REQUIRED =>
            {
                Err(proxy_error::login_required(proxy))
            }
            (Ok(response), _) => Ok(response),
            (Err(error), proxy) => {
                if let Some(proxy) = proxy
                    && let Some(failure) = proxy_error::failure(clients, proxy, url, &error).await
                {
                    return Err(failure);
                }
                let limit = self.fetcher.timeout;
                Err(FetchError::before_response(&error, self.connections, limit))
            }
        }
    }

    /// Sends one request. The outer error means that the HTTP client could not be built.
    async fn send(&self, url: &Url) -> Result<reqwest::Result<Response>, FetchError> {
        let mut request = self.fetcher.clients.client(url, self.connections)?.get(url.clone());
        if let Some(date) = self.if_newer_than.and_then(headers::http_date) {
            request = request.header(IF_MODIFIED_SINCE, date);
        }
        let result = request.send().await;
        if let Ok(response) = &result {
            self.fetcher.answered.record(response, self.connections);
        }
        Ok(result)
    }
}

fn http_version(response: &Response) -> &'static str {
    match response.version() {
        Version::HTTP_2 => "HTTP/2",
        Version::HTTP_10 => "HTTP/1.0",
        _ => "HTTP/1.1",
    }
}

async fn read_answer(
    response: Response,
    if_newer_than: Option<SystemTime>,
) -> Result<Answer, FetchError> {
    match response.status() {
        StatusCode::OK => {
            let modified = headers::last_modified(response.headers());
            let image = image::read(response).await?;
            // Some servers, such as nginx, answer 304 only if the two times are equal, and
            // otherwise send even an older flag.
            match (modified, if_newer_than) {
                (Some(modified), Some(time)) if modified <= time => Ok(Answer::Unchanged),
                _ => Ok(Answer::Flag { image, modified }),
            }
        }
        StatusCode::NOT_FOUND => Ok(Answer::NotFound),
        StatusCode::NOT_MODIFIED if if_newer_than.is_some() => Ok(Answer::Unchanged),
        status => {
            let retry_after = headers::retry_after(response.headers(), SystemTime::now());
            Err(FetchError::Status { status, retry_after })
        }
    }
}
