//! The thread that an origin lives on.

use std::future::IntoFuture;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, mpsc};

use tokio::net::{TcpListener, TcpSocket};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use super::StartError;
use super::app_state::AppState;
use super::connection::{ConnectionListener, ResetHandle};
use super::routes;

/// How many connections may wait to be accepted: a thousand that come at once should not have to try again.
const BACKLOG: u32 = 1024;

/// Listens, says on `started` where or why not, and serves until `stopped`.
pub(super) fn run(
    bind: SocketAddr,
    state: Arc<AppState>,
    started: &mpsc::Sender<Result<SocketAddr, StartError>>,
    stopped: oneshot::Receiver<()>,
) {
    // Whoever started the origin waits for one of these, and so is there to receive it.
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
    let service = routes::router(state).into_make_service_with_connect_info::<ResetHandle>();
    runtime.block_on(async {
        tokio::select! {
            _ = stopped => {}
            _ = axum::serve(ConnectionListener(listener), service).into_future() => {}
        }
    });
    // Not even a file that takes long to read is waited for.
    runtime.shutdown_background();
}

/// A runtime, and a listener that it drives.
fn open(bind: SocketAddr) -> Result<(Runtime, TcpListener, SocketAddr), StartError> {
    // This one thread answers far more than is asked for. Images are drawn and files are read on a few others.
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
    // On Unix this frees a port as soon as its last server has ended; on Windows it would let two share it.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(bind)?;
    let listener = socket.listen(BACKLOG)?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}
