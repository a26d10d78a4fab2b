//! `get_flag`: fetches a flag over HTTP. The whole HTTP client is here; all strategies share it.

mod attempt;
mod causes;
mod client;
mod error;
mod lookup;
mod proxy;
mod proxy_error;
mod redirect;
mod response;
mod reuse;
mod single_flight;
mod trust;

use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant, SystemTime};

use reqwest::Url;
use tokio::time::{sleep, timeout};

pub use attempt::Trace;
pub use client::FetchOptions;
pub use error::{FlagError, Kind};
pub use proxy::Proxies;
pub use response::Answer;
pub use trust::read_certificates;

use crate::base_url::BaseUrl;
use crate::country::CountryCode;
use attempt::Attempt;
use client::Clients;
use lookup::Lookups;
use reuse::Reuse;

/// The backoff before the first retry, without jitter. Each further one is twice as long.
const FIRST_BACKOFF: Duration = Duration::from_millis(200);

/// The longest backoff, without jitter.
const MAX_BACKOFF: Duration = Duration::from_secs(60);

/// Fetches flags from one base URL over shared connections.
pub struct Fetcher {
    clients: Clients,
    /// The start of the run, from which times count.
    pub started: Instant,
}

/// The result of a request for a flag, retries included: the answer to the last attempt.
#[derive(Debug)]
pub struct Fetched {
    pub answer: Result<Answer, FlagError>,
    pub trace: Trace,
}

impl Fetcher {
    /// A fetcher for the flags below `base`, in a run that began at `started`.
    pub fn new(base: BaseUrl, options: FetchOptions, started: Instant) -> Fetcher {
        Fetcher { clients: Clients::new(base, options, Lookups::default()), started }
    }

    /// The URL of the flag of `code`.
    pub fn url(&self, code: CountryCode) -> Url {
        self.clients.base.flag(code)
    }

    /// Fetches the flag of `code`; with `if_newer_than`, only if it was modified after that time
    /// (RFC 9110 §13.1.3).
    ///
    /// Transient failures are retried, after exponential backoff or the pause that the server asks
    /// for (RFC 9110 §10.2.3), whichever is longer.
    pub async fn get_flag(&self, code: CountryCode, if_newer_than: Option<SystemTime>) -> Fetched {
        let url = self.url(code);
        let options = &self.clients.options;
        let mut trace = Trace::default();
        loop {
            let reuse = if trace.attempts == 0 { Reuse::Pooled } else { Reuse::Fresh };
            let (attempts, resent) = (trace.attempts + 1, trace.resent);
            trace = Trace { attempts, resent, ..Trace::default() };
            let (clients, started) = (&self.clients, self.started);
            let attempt = Attempt { clients, if_newer_than, reuse, started, trace: &mut trace };
            let answer = timeout(options.timeout, attempt.run(&url)).await;
            let answer = answer.unwrap_or(Err(FlagError::timeout(options.timeout)));
            match &answer {
                Err(error) if error.is_transient && attempts as usize <= options.retries => {
                    if attempts == 1 {
                        options.retrying.fetch_add(1, Relaxed);
                    }
                    sleep(backoff(attempts).max(error.retry_after.unwrap_or_default())).await;
                }
                _ => {
                    if attempts > 1 {
                        options.retrying.fetch_sub(1, Relaxed);
                    }
                    return Fetched { answer, trace };
                }
            }
        }
    }
}

/// The backoff after this many attempts, at least one. Jitter adds 0 to 100 % to it.
fn backoff(attempts: u32) -> Duration {
    let factor = 2u32.saturating_pow(attempts - 1);
    FIRST_BACKOFF.saturating_mul(factor).min(MAX_BACKOFF).mul_f64(1.0 + fastrand::f64())
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::net::{IpAddr, Ipv4Addr, SocketAddr};

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpSocket, TcpStream};
    use tokio::sync::watch;

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
            for status in ["404 Gone", "503 Busy", "503 Busy"] {
                let (mut stream, _) = listener.accept().await.unwrap();
                tokio::spawn(async move {
                    let _ = stream.read(&mut [0; 1000]).await;
                    let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
                    stream.write_all(answer.as_bytes()).await.unwrap();
                    // The connection is closed when it has a second request.
                    let _ = stream.read(&mut [0; 1000]).await;
                });
            }
        });
        let options = FetchOptions { retries: 1, ..FetchOptions::default() };
        let fetcher = Fetcher::new(base, options, Instant::now());
        let code = "BR".parse().unwrap();
        for counts in [(1, 0), (2, 1)] {
            let fetched = fetcher.get_flag(code, None).await;
            let Trace { attempts, resent, .. } = fetched.trace;
            assert_eq!((attempts, resent), counts, "{fetched:?}");
        }
    }

    #[test]
    fn backoffs_double_up_to_a_minute_and_have_up_to_100_percent_of_jitter() {
        for (attempts, least) in [(1, 200), (2, 400), (5, 3_200), (10, 60_000), (u32::MAX, 60_000)]
        {
            let least = Duration::from_millis(least);
            let backoff = backoff(attempts);
            assert!((least..=2 * least).contains(&backoff), "{attempts}: {backoff:?}");
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
        let (_sender, receiver) = watch::channel(Some(Ok(addresses)));
        let lookups = Lookups::with("flags.test", receiver);
        let base = format!("http://flags.test:{port}").parse().unwrap();
        let options = FetchOptions { timeout: Duration::from_secs(2), ..FetchOptions::default() };
        let fetcher =
            Fetcher { clients: Clients::new(base, options, lookups), started: Instant::now() };
        let fetched = fetcher.get_flag("BR".parse().unwrap(), None).await;
        assert!(matches!(fetched.answer, Ok(Answer::NotFound)), "{fetched:?}");
        assert_eq!(fetched.trace.attempts, 1);
    }
}
