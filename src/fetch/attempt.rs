//! One attempt at a flag: a request, the redirects that it leads to, and the body at the end.

use std::ops::ControlFlow::{self, Break, Continue};
use std::time::{Duration, Instant, SystemTime};

use reqwest::header::IF_MODIFIED_SINCE;
use reqwest::{Response, Url, Version};

use super::causes::find;
use super::client::Clients;
use super::error::{FlagError, Kind};
use super::proxy_error;
use super::redirect::{self, MAX_REDIRECTS};
use super::response::{self, Answer, http_date};
use super::reuse::Reuse;
use super::single_flight::SpeaksHttp1;

/// The maximum number of resends per flag (see `can_be_resent`). Without a limit, a server that
/// refuses every request would cause an endless loop.
const MAX_RESENDS: u32 = 3;

/// The requests for a flag, and the HTTP version and the times of the last attempt, which may have
/// failed. Times count from the start of the run.
#[derive(Debug, Clone, Copy, Default)]
pub struct Trace {
    /// The number of attempts, 0 if no request was sent.
    pub attempts: u32,
    /// The number of resends, over all attempts (see `can_be_resent`). A resend is not an attempt.
    pub resent: u32,
    /// The HTTP version of the response: `HTTP/1.0`, `HTTP/1.1` or `HTTP/2`.
    pub http_version: Option<&'static str>,
    /// When the head of the response had arrived.
    pub head_at: Option<Duration>,
    /// When the last byte of the response had arrived. For a 404, the time of the head: its body is
    /// not read.
    pub body_at: Option<Duration>,
}

/// An attempt at one flag.
pub(super) struct Attempt<'a> {
    pub(super) clients: &'a Clients,
    pub(super) if_newer_than: Option<SystemTime>,
    /// The first attempt uses pooled connections. A retry uses fresh ones, so that it avoids the
    /// connection that the last attempt failed on.
    pub(super) reuse: Reuse,
    /// The start of the run.
    pub(super) started: Instant,
    pub(super) trace: &'a mut Trace,
}

impl Attempt<'_> {
    /// Requests `url`, follows redirects, and reads the final response.
    pub(super) async fn run(mut self, url: &Url) -> Result<Answer, FlagError> {
        let mut url = url.clone();
        for redirects in 0..=MAX_REDIRECTS {
            match self.request(&url).await {
                Ok(Continue(target)) => url = target,
                Ok(Break(answer)) => return Ok(answer),
                Err(error) if redirects == 0 => return Err(error),
                Err(error) => return Err(error.redirected(&url)),
            }
        }
        let message = format!("more than {MAX_REDIRECTS} redirects");
        Err(FlagError::permanent(Kind::Redirect, message))
    }

    /// Requests `url`. Returns the target of a redirect, or reads any other response.
    async fn request(&mut self, url: &Url) -> Result<ControlFlow<Answer, Url>, FlagError> {
        let response = self.send_with_resends(url).await?;
        self.trace.head_at = Some(self.started.elapsed());
        self.trace.http_version = Some(version_name(response.version()));
        if let Some(target) = redirect::target(&response, url, &self.clients.base)? {
            return Ok(Continue(target));
        }
        let answer = response::read(response, self.if_newer_than).await?;
        self.trace.body_at = Some(self.started.elapsed());
        Ok(Break(answer))
    }

    /// Sends a request and returns the head of its response.
    ///
    /// A request that can be sent again safely is resent at once, on a fresh connection, up to
    /// [`MAX_RESENDS`] times per flag. From then on the attempt uses fresh connections.
    async fn send_with_resends(&mut self, url: &Url) -> Result<Response, FlagError> {
        let options = &self.clients.options;
        let proxy = options.proxies.for_url(url)?;
        let mut result = self.send(url).await?;
        while let Err(error) = &result
            && self.trace.resent < MAX_RESENDS
            && self.clients.answered.can_be_resent(error, self.reuse)
        {
            self.reuse = Reuse::Fresh;
            self.trace.resent += 1;
            result = self.send(url).await?;
        }
        match (result, proxy) {
            (Ok(response), Some(proxy)) if response.status().as_u16() == 407 => {
                Err(proxy_error::login_required(proxy))
            }
            (Ok(response), _) => Ok(response),
            (Err(error), proxy) => Err(proxy
                .and_then(|proxy| proxy_error::failure(proxy, url, &error))
                .unwrap_or_else(|| {
                    FlagError::before_response(&error, self.reuse, options.timeout)
                })),
        }
    }

    /// Sends one request. The outer error means that the HTTP client could not be built.
    async fn send(&self, url: &Url) -> Result<reqwest::Result<Response>, FlagError> {
        loop {
            let mut request = self.clients.client(url, self.reuse)?.get(url.clone());
            if let Some(date) = self.if_newer_than.and_then(http_date) {
                request = request.header(IF_MODIFIED_SINCE, date);
            }
            let result = request.send().await;
            match &result {
                Ok(response) if response.version() != Version::HTTP_2 => {
                    self.clients.record_http1(url);
                    self.clients.answered.record(response, self.reuse);
                }
                // From now on there is another client for this URL.
                Err(error) if find::<SpeaksHttp1>(error).is_some() => {
                    self.clients.record_http1(url);
                    continue;
                }
                _ => {}
            }
            return Ok(result);
        }
    }
}

fn version_name(version: Version) -> &'static str {
    match version {
        Version::HTTP_2 => "HTTP/2",
        Version::HTTP_10 => "HTTP/1.0",
        _ => "HTTP/1.1",
    }
}
