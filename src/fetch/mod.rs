//! `get_flag`: fetches a flag over HTTP. The whole HTTP client is here; all strategies share it.

mod attempt;
mod client;
mod connections;
mod error;
mod headers;
mod image;
mod lookup;
mod proxy;
mod proxy_error;
mod redirect;
mod single_flight;
mod unprocessed;

use std::time::{Duration, Instant, SystemTime};

use backon::{BackoffBuilder, ExponentialBuilder};
use reqwest::Url;
use tokio::time::{sleep, timeout};

pub use client::read_certificates;
pub use error::FetchError;
pub use proxy::{Proxies, UnusableProxy};
pub use reqwest::Certificate;

use crate::base_url::BaseUrl;
use crate::country::CountryCode;
use attempt::Attempt;
use client::Clients;
use connections::Connections;
use lookup::Lookups;
use unprocessed::AnsweredConnections;

/// The pause before the first retry, without jitter. Each further pause is twice as long, up to
/// 60 s. Jitter adds up to 100 % to each.
const FIRST_PAUSE: Duration = Duration::from_millis(200);

/// The limits of a request, the CAs to trust, and the proxies to use.
#[derive(Debug, Clone)]
pub struct FetchOptions {
    /// The limit for one attempt: connection, redirects and body.
    pub timeout: Duration,
    /// The maximum number of retries after transient failures.
    pub retries: usize,
    /// CAs to trust in addition to the system's.
    pub trust: Vec<Certificate>,
    pub proxies: Proxies,
}

/// A timeout of 6.1 s, two retries, the system's CAs, and no proxy.
impl Default for FetchOptions {
    fn default() -> Self {
        FetchOptions {
            timeout: Duration::from_millis(6100),
            retries: 2,
            trust: Vec::new(),
            proxies: Proxies::none(),
        }
    }
}

/// Fetches flags from one base URL over shared connections.
pub struct Fetcher {
    base: BaseUrl,
    clients: Clients,
    answered: AnsweredConnections,
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

/// The HTTP version and the times of the last attempt, which may have failed, and the number of
/// requests that were sent again in all attempts.
#[derive(Debug, Clone, Copy, Default)]
pub struct Trace {
    /// The HTTP version of the response: `HTTP/1.0`, `HTTP/1.1` or `HTTP/2`.
    pub http_version: Option<&'static str>,
    /// When the head of the response had arrived.
    pub answered: Option<Instant>,
    /// When the last byte of the response had arrived. Of a 404 that is the head: its body is not
    /// read.
    pub fetched: Option<Instant>,
    /// The number of requests, over all attempts, that were sent again because the server did not
    /// process them.
    pub resent: u32,
}

/// A response with a definite result. Any other response is a [`FetchError`].
#[derive(Debug)]
pub enum Answer {
    /// A whole GIF, with its `Last-Modified` if the server sent one.
    Flag { image: Vec<u8>, modified: Option<SystemTime> },
    /// 404: the server has no such flag.
    NotFound,
    /// The server has no newer flag: 304, or a whole flag whose `Last-Modified` is no later.
    Unchanged,
}

impl Fetcher {
    /// A fetcher for the flags below `base`. No connection is made yet.
    pub fn new(base: BaseUrl, options: FetchOptions) -> Fetcher {
        Fetcher::with_lookups(base, options, Lookups::default())
    }

    fn with_lookups(base: BaseUrl, options: FetchOptions, lookups: Lookups) -> Fetcher {
        let FetchOptions { timeout, retries, .. } = options;
        let clients = Clients::new(base.clone(), options, lookups);
        Fetcher { base, clients, answered: AnsweredConnections::default(), timeout, retries }
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
        let mut resent = 0;
        for attempts in 1.. {
            let mut trace = Trace { resent, ..Trace::default() };
            let connections = if attempts == 1 { Connections::Pooled } else { Connections::Fresh };
            let attempt = Attempt { fetcher: self, if_newer_than, connections, trace: &mut trace };
            let answer = match timeout(self.timeout, attempt.run(&url)).await {
                Ok(answer) => answer,
                Err(_) => Err(FetchError::Timeout(self.timeout)),
            };
            resent = trace.resent;
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
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::net::{IpAddr, Ipv4Addr, SocketAddr};

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpSocket, TcpStream};

    use super::*;

    /// A listener that answers no connection request, because its queue is full, and the
    /// connections that fill the queue.
    async fn unresponsive() -> (TcpListener, Vec<TcpStream>) {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).unwrap();
        let listener = socket.listen(0).unwrap();
        let mut queue = Vec::new();
        let patience = Duration::from_millis(300);
        while let Ok(Ok(stream)) =
            timeout(patience, TcpStream::connect(listener.local_addr().unwrap())).await
        {
            queue.push(stream);
        }
        (listener, queue)
    }

    #[tokio::test]
    async fn a_request_that_was_sent_again_is_counted_apart_from_the_attempts() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                tokio::spawn(async move {
                    let _ = stream.read(&mut [0; 1000]).await;
                    let answer =
                        b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nRetry-After: 0\r\n\r\n";
                    stream.write_all(answer).await.unwrap();
                    // The connection is closed when it has a second request.
                    let _ = stream.read(&mut [0; 1000]).await;
                });
            }
        });
        let options = FetchOptions { retries: 1, ..FetchOptions::default() };
        let fetcher = Fetcher::new(base, options);
        let code = "BR".parse().unwrap();
        for resent in [0, 1] {
            let fetched = fetcher.get_flag(code, None).await;
            assert_eq!((fetched.attempts, fetched.trace.resent), (2, resent), "{fetched:?}");
        }
    }

    #[tokio::test]
    async fn an_address_that_does_not_answer_gives_way_to_the_next_within_an_attempt() {
        let (first, _queue) = unresponsive().await;
        let port = first.local_addr().unwrap().port();
        let second = TcpListener::bind(("127.0.0.2", port)).await.unwrap();
        tokio::spawn(async move {
            let (mut stream, _) = second.accept().await.unwrap();
            let _ = stream.read(&mut [0; 1000]).await;
            let answer = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
            stream.write_all(answer).await.unwrap();
        });
        let addresses = [Ipv4Addr::LOCALHOST, Ipv4Addr::new(127, 0, 0, 2)];
        let addresses = addresses.map(|ip| SocketAddr::new(IpAddr::V4(ip), 0)).to_vec();
        let lookups = Lookups::with("flags.test", async { addresses });
        let base = format!("http://flags.test:{port}").parse().unwrap();
        let options = FetchOptions { timeout: Duration::from_secs(2), ..FetchOptions::default() };
        let fetcher = Fetcher::with_lookups(base, options, lookups);
        let fetched = fetcher.get_flag("BR".parse().unwrap(), None).await;
        assert!(matches!(fetched.answer, Ok(Answer::NotFound)), "{fetched:?}");
        assert_eq!(fetched.attempts, 1);
    }
}
