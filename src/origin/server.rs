//! The thread that a server runs on: opens the listener and serves until it is stopped.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, mpsc};

use tokio::net::{TcpListener, TcpSocket};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use super::StartError;
use super::app_state::AppState;
use super::connection;
use super::routes;

/// The maximum number of connections that wait to be accepted. It is large enough for a burst of a
/// thousand clients to connect without retransmissions.
const BACKLOG: u32 = 1024;

/// Listens on `bind`, sends the address or the error on `started`, and serves until the sender of
/// `stopped` is dropped.
pub(super) fn run(
    bind: SocketAddr,
    state: Arc<AppState>,
    started: &mpsc::Sender<Result<SocketAddr, StartError>>,
    stopped: oneshot::Receiver<()>,
) {
    // The receiver waits for one message, so sending it succeeds.
    let (runtime, listener) = match open(bind) {
        Ok((runtime, listener, address)) => {
            let _ = started.send(Ok(address));
            (runtime, listener)
        }
        Err(error) => {
            let _ = started.send(Err(error));
            return;
        }
    };
    runtime.block_on(async {
        tokio::select! {
            _ = stopped => {}
            () = connection::accept(listener, routes::router(state)) => {}
        }
    });
    // Does not wait for a file that is being read.
    runtime.shutdown_background();
}

/// Starts a runtime and a listener that it drives.
fn open(bind: SocketAddr) -> Result<(Runtime, TcpListener, SocketAddr), StartError> {
    // One thread is enough for all requests. A few others read files.
    let runtime = Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(4)
        .build()
        .map_err(StartError::Runtime)?;
    let entered = runtime.enter();
    let (listener, address) =
        listen(bind).map_err(|source| StartError::Listen { address: bind, source })?;
    drop(entered);
    Ok((runtime, listener, address))
}

fn listen(bind: SocketAddr) -> io::Result<(TcpListener, SocketAddr)> {
    let socket = match bind {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // On Unix this frees the port as soon as its last server has ended. On Windows it would let two
    // servers share the port.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(bind)?;
    let listener = socket.listen(BACKLOG)?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}
