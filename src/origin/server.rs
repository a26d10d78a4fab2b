//! A running server: how it starts, on a runtime of its own, and how it stops.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use tokio::net::{TcpListener, TcpSocket};

use super::connection;
use super::request_log::{OnRequest, RequestCounts};
use super::routes::{self, ServerState};
use super::source::FlagSource;
use super::weather::Weather;
use crate::system::runtime::Runtime;

/// The maximum number of connections that wait to be accepted. It is large enough for a burst of a
/// thousand clients to connect without retransmissions.
const BACKLOG: u32 = 1024;

/// A running server, on a thread of its own. Dropping it stops it and closes all of its
/// connections.
pub struct Origin {
    base_url: String,
    state: Arc<ServerState>,
    /// Dropping it stops the server.
    _runtime: Runtime,
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
    /// Called for each request, on the server's thread: other requests wait until it returns.
    pub on_request: OnRequest,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            source: FlagSource::BuiltIn,
            weather: Weather::default(),
            on_request: Arc::new(|_| {}),
        }
    }
}

impl Origin {
    /// Starts a server. It accepts connections when this returns.
    ///
    /// # Errors
    /// The address is not available, or the system refuses a thread. The message names the address,
    /// and the kind of the error is the system's.
    pub fn start(settings: Settings) -> io::Result<Origin> {
        let Settings { bind, source, weather, on_request } = settings;
        let refused = |error: io::Error| {
            io::Error::new(error.kind(), format!("cannot listen on {bind}: {error}"))
        };
        // One thread is enough for all requests.
        let runtime = Runtime::start("origin").map_err(|error| {
            io::Error::new(error.kind(), format!("cannot start the server: {error}"))
        })?;
        let entered = runtime.handle.enter();
        let listener = listen(bind).map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let state = Arc::new(ServerState::new(source, weather, on_request));
        tokio::spawn(connection::accept(listener, routes::router(state.clone())));
        drop(entered);
        let base_url = format!("http://{}/flags", reachable(address));
        Ok(Origin { base_url, state, _runtime: runtime })
    }

    /// The base URL of the flags, such as `http://127.0.0.1:8000/flags`, without a final slash.
    ///
    /// A server that listens on all addresses has the loopback address in its URL.
    pub fn base_url(&self) -> &str {
        &self.base_url
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

fn listen(bind: SocketAddr) -> io::Result<TcpListener> {
    let socket = match bind {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // On Unix this frees the port as soon as its last server has ended. On Windows it would let two
    // servers share the port.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    // The accepted connections inherit it.
    socket.set_send_buffer_size(connection::SEND_BUFFER)?;
    socket.bind(bind)?;
    socket.listen(BACKLOG)
}
