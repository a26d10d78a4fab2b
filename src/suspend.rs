//! Ctrl-Z: lets the display be cleared before the process is suspended.

use std::io;

use tokio::runtime::Handle;
use tokio::task::block_in_place;

use crate::shutdown;

/// Calls `suspend` on each SIGTSTP instead of suspending the process at once. `suspend` must do so.
/// If the signal was ignored when the program started, it stays ignored.
///
/// # Errors
/// The system refuses the signal handler.
pub fn on_suspend(runtime: &Handle, mut suspend: impl FnMut() + Send + 'static) -> io::Result<()> {
    use signal_hook::consts::SIGTSTP;
    use tokio::signal::unix::{SignalKind, signal};

    if shutdown::is_ignored(SIGTSTP) {
        return Ok(());
    }
    let _within_runtime = runtime.enter();
    let mut requests = signal(SignalKind::from_raw(SIGTSTP))?;
    runtime.spawn(async move {
        while requests.recv().await.is_some() {
            // It may wait for a terminal that is blocked, and must not stop the runtime's thread.
            block_in_place(&mut suspend);
        }
    });
    Ok(())
}
