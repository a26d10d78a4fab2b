//! The async runtime: a single worker thread that drives all requests.

use anyhow::Context;
use tokio::runtime::{Builder, Runtime};

/// The most threads for blocking work: files of async tasks, and host name lookups.
const MAX_BLOCKING_THREADS: usize = 4;

/// Starts the runtime and raises the limit of open files as far as the system allows.
///
/// # Errors
/// The system refuses a thread or a file descriptor.
pub fn start() -> anyhow::Result<Runtime> {
    raise_open_file_limit();
    Builder::new_multi_thread()
        .worker_threads(1)
        .max_blocking_threads(MAX_BLOCKING_THREADS)
        .enable_all()
        .build()
        .context("cannot start the network runtime")
}

/// Raises the soft limit of open files: each connection needs one, and macOS allows only 256 by default.
/// If the system refuses, the old limit stays.
fn raise_open_file_limit() {
    #[cfg(unix)]
    {
        use nix::sys::resource::{Resource, getrlimit, setrlimit};

        // macOS refuses more than this, whatever its hard limit is.
        const PLENTY: u64 = 10_240;
        if let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE)
            && soft < hard.min(PLENTY)
        {
            let _ = setrlimit(Resource::RLIMIT_NOFILE, hard.min(PLENTY), hard);
        }
    }
}
