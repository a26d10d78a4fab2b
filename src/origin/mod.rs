//! A small HTTP server for flags, with reproducible delays and faults. It runs as a command of its
//! own (`flags serve`) or inside another command (`--server local`, `delay` and `error`).
//!
//! `{base}/cc/cc.gif` is a flag and `/` is a page that shows them all. The [`FlagSource`] finds the
//! flag of a request, the [`Weather`] decides its [`Impairment`], and [`RequestCounts`] count it.
//!
//! ```
//! use flags::origin::{Origin, Settings};
//!
//! let origin = Origin::start(Settings::default())?;
//! assert!(origin.base_url().starts_with("http://127.0.0.1:"));
//! assert_eq!(origin.counts().requests(), 0);
//! # Ok::<(), flags::origin::StartError>(())
//! ```

mod app_state;
mod body;
mod built_in;
mod conditional;
mod connection;
mod event;
mod page;
mod request_counts;
mod routes;
mod served_flag;
mod server;
mod source;
mod weather;

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};

use tokio::sync::oneshot;

pub use event::{Event, EventHandler, RequestLog};
pub use request_counts::RequestCounts;
pub use source::{FlagSource, InvalidFolder, RejectedFile};
pub use weather::{ByteRate, Delay, Fault, Impairment, InvalidValue, Rate, Weather};

use app_state::AppState;

/// A running server, on a thread of its own. Dropping it stops it at once and closes all of its
/// connections.
pub struct Origin {
    base_url: String,
    state: Arc<AppState>,
    /// Dropping the sender stops the thread.
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// How to start an [`Origin`]. The default is the built-in flags without weather, on a free port of
/// the loopback interface.
#[derive(Clone)]
pub struct Settings {
    /// The address to listen on. Port 0 means any free port.
    pub bind: SocketAddr,
    /// The flags to serve.
    pub source: FlagSource,
    /// The delays and faults to inject.
    pub weather: Weather,
    /// Called for each [`Event`], on the server's thread: requests wait until it returns.
    pub on_event: EventHandler,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            source: FlagSource::built_in(),
            weather: Weather::default(),
            on_event: Arc::new(|_| {}),
        }
    }
}

/// Why an [`Origin`] could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The system refused to listen on the address, for example because it is in use.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address from the [`Settings`].
        address: SocketAddr,
        /// The system's error.
        source: io::Error,
    },
    /// The system refused the thread or the event queue that the server runs on.
    #[error("cannot start a server")]
    Runtime(#[source] io::Error),
}

impl Origin {
    /// Starts a server. It accepts connections when this returns.
    ///
    /// # Errors
    /// A [`StartError`] if the address is not available or the system is out of resources.
    pub fn start(settings: Settings) -> Result<Origin, StartError> {
        let bind = settings.bind;
        let state = Arc::new(AppState::new(settings));
        let server_state = state.clone();
        let (stop, stopped) = oneshot::channel();
        let (started, outcome) = mpsc::channel();
        // The runtime lives on this thread from start to end, because tokio panics if a runtime is
        // dropped inside another one, and the caller may run in one.
        let thread = thread::Builder::new()
            .name("origin".into())
            .spawn(move || server::run(bind, server_state, &started, stopped))
            .map_err(StartError::Runtime)?;
        let address = outcome.recv().expect("the thread reports its start before it ends")?;
        let base_url = format!("http://{}/flags", reachable(address));
        Ok(Origin { base_url, state, stop: Some(stop), thread: Some(thread) })
    }

    /// The base URL of the flags, such as `http://127.0.0.1:8000/flags`, without a final slash.
    ///
    /// A server that listens on all addresses has the loopback address in its URL.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The number of requests answered since the start, by kind.
    pub fn counts(&self) -> RequestCounts {
        self.state.counts()
    }

    /// Replaces the weather and restarts the count of attempts for each code.
    ///
    /// A request that has already arrived keeps the old weather.
    pub fn set_weather(&self, weather: Weather) {
        self.state.set_weather(weather);
    }

    /// Stops the server as a drop does, and returns the number of requests answered, by kind.
    pub fn stop(self) -> RequestCounts {
        let state = self.state.clone();
        drop(self);
        state.counts()
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Origin").field("base_url", &self.base_url).finish_non_exhaustive()
    }
}

impl Drop for Origin {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            // An error means that the thread panicked. The panic hook has reported that.
            let _ = thread.join();
        }
    }
}

/// An address that a client on this machine can connect to: the loopback address in place of the
/// unspecified one, which stands for all addresses.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}
