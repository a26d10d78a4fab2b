//! Ctrl-Z (SIGTSTP): runs code before the process is suspended, to clear the display.

use std::io;

use tokio::runtime::Handle;
use tokio::task::block_in_place;

use super::signals;

/// Calls `suspend` on each SIGTSTP in place of the default action. `suspend` has to stop the
/// process itself.
/// If the signal was ignored when the program started, it stays ignored.
///
/// # Errors
/// The system refuses the signal handler.
pub fn on_suspend(runtime: &Handle, mut suspend: impl FnMut() + Send + 'static) -> io::Result<()> {
    use signal_hook::consts::SIGTSTP;
    use tokio::signal::unix::{SignalKind, signal};

    if signals::is_ignored(SIGTSTP) {
        return Ok(());
    }
    let _within_runtime = runtime.enter();
    let mut requests = signal(SignalKind::from_raw(SIGTSTP))?;
    runtime.spawn(async move {
        while requests.recv().await.is_some() {
            // `suspend` may wait for a blocked terminal, and must not block the runtime's thread.
            block_in_place(&mut suspend);
        }
    });
    Ok(())
}
