//! Ctrl-Z: lets the display be cleared before the process is suspended.

use std::io;

use tokio::runtime::Handle;

/// Calls `suspend` on each SIGTSTP instead of suspending the process at once. `suspend` must do so.
///
/// # Errors
/// The system refuses the signal handler.
pub fn on_suspend(runtime: &Handle, mut suspend: impl FnMut() + Send + 'static) -> io::Result<()> {
    use signal_hook::consts::SIGTSTP;
    use tokio::signal::unix::{SignalKind, signal};

    let _within_runtime = runtime.enter();
    let mut requests = signal(SignalKind::from_raw(SIGTSTP))?;
    runtime.spawn(async move {
        while requests.recv().await.is_some() {
            suspend();
        }
    });
    Ok(())
}
