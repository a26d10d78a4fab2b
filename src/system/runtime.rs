//! Async runtimes that run on a single thread of their own.

use std::io;
use std::thread::{self, JoinHandle};

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

/// A running async runtime. Dropping it stops it, and does not wait for its threads.
pub struct Runtime {
    /// Spawns tasks on the runtime.
    pub handle: Handle,
    /// The thread runs until the sender is dropped.
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl Runtime {
    /// Starts a runtime on a thread called `name`, and raises the limit on open files as far as the
    /// system allows.
    ///
    /// # Errors
    /// The system refuses a thread or a file descriptor.
    pub fn start(name: &str) -> io::Result<Runtime> {
        raise_limit();
        // A runtime with worker threads would panic if the system refused them.
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new().name(name.to_owned()).spawn(move || {
            // The error of a dropped sender is the signal to stop.
            let _ = runtime.block_on(stopped);
            runtime.shutdown_background();
        })?;
        Ok(Runtime { handle, stop, thread })
    }

    /// Stops the runtime and waits for its thread.
    pub fn stop(self) {
        drop(self.stop);
        // The runtime catches the panics of its tasks.
        let _ = self.thread.join();
    }
}

/// Raises the soft limit on open files (`RLIMIT_NOFILE`): each connection needs a descriptor, and
/// macOS allows only 256 by default. If the system refuses, the old limit stays.
fn raise_limit() {
    #[cfg(unix)]
    {
        use nix::sys::resource::{Resource, getrlimit, setrlimit};

        // OPEN_MAX of macOS, which refuses more, regardless of its hard limit.
        const OPEN_MAX: u64 = 10_240;
        if let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE)
            && soft < hard.min(OPEN_MAX)
        {
            let _ = setrlimit(Resource::RLIMIT_NOFILE, hard.min(OPEN_MAX), hard);
        }
    }
}
