//! The origin: a small HTTP server of flags, alone or inside another process, with weather that is the same each time.
//!
//! `{base}/cc/cc.gif` is a flag, and `/` a page that shows them all. A request finds its flag in the [`FlagSource`], meets its
//! [`Impairment`] in the [`Weather`], and is counted in the [`RequestCounts`].
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
mod conditional;
mod connection;
mod page;
mod request_counts;
mod routes;
mod samples;
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

pub use request_counts::RequestCounts;
pub use source::{FlagSource, InvalidFolder};
pub use weather::{
    ByteRate, Delay, ErrorStatus, Fault, Impairment, InvalidValue, Rate, RatesTooHigh, Weather,
};

use app_state::AppState;

/// A running origin, on a thread of its own. It stops at once when it is dropped, whatever it is in the middle of.
pub struct Origin {
    base_url: String,
    state: Arc<AppState>,
    /// Dropping it stops the thread.
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Where an origin listens, and what it serves.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Port 0 is any that is free.
    pub bind: SocketAddr,
    /// What it serves.
    pub source: FlagSource,
    /// What it puts in the way.
    pub weather: Weather,
}

/// The sample images, without weather, on a free port of the loopback interface.
impl Default for Settings {
    fn default() -> Self {
        Settings {
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            source: FlagSource::built_in(),
            weather: Weather::default(),
        }
    }
}

/// Why an origin could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Its address cannot be listened on; most often, another program does so already.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address that was asked for.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// The system gives no thread, or nothing to wait for events with.
    #[error("cannot start a server")]
    Runtime(#[source] io::Error),
}

impl Origin {
    /// Starts an origin; connections are accepted from here on.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub fn start(settings: Settings) -> Result<Origin, StartError> {
        let Settings { bind, source, weather } = settings;
        let state = Arc::new(AppState::new(source, weather));
        let served = state.clone();
        let (stop, stopped) = oneshot::channel();
        let (started, outcome) = mpsc::channel();
        // The runtime begins and ends on this thread: tokio forbids to drop one within another, where a caller may be.
        let thread = thread::Builder::new()
            .name("origin".into())
            .spawn(move || server::run(bind, served, &started, stopped))
            .map_err(StartError::Runtime)?;
        let address = outcome.recv().expect("the thread says how it went before it ends")?;
        let base_url = format!("http://{}/flags", reachable(address));
        Ok(Origin { base_url, state, stop: Some(stop), thread: Some(thread) })
    }

    /// What a flag's address begins with, as in `http://127.0.0.1:8000/flags`: without a slash at the end.
    ///
    /// An origin that listens on all addresses names the loopback one.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// How many of what it has answered since it started.
    pub fn counts(&self) -> RequestCounts {
        self.state.counts()
    }

    /// Sets new weather. The tries for each code are counted from 1 again.
    ///
    /// A request that has begun keeps the weather that it met.
    pub fn set_weather(&self, weather: Weather) {
        self.state.set_weather(weather);
    }

    /// Stops it, as dropping it does, and says how many of what it has answered.
    pub fn stop(mut self) -> RequestCounts {
        self.halt();
        self.counts()
    }

    fn halt(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            // A panic in there has been reported, and there is nothing left to stop.
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Origin").field("base_url", &self.base_url).finish_non_exhaustive()
    }
}

impl Drop for Origin {
    fn drop(&mut self) {
        self.halt();
    }
}

/// The address itself, or the loopback one where it stands for all.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}
