//! The async runtime, whose single worker thread drives all requests.

use anyhow::Context;
use tokio::runtime::{Builder, Runtime};

use super::limits;

/// The maximum number of threads for blocking work, such as the file access of async tasks.
const MAX_BLOCKING_THREADS: usize = 4;

/// Starts the runtime and raises the limit on open files as far as the system allows.
///
/// # Errors
/// The system refuses a thread or a file descriptor.
pub fn start() -> anyhow::Result<Runtime> {
    limits::raise_limit();
    Builder::new_multi_thread()
        .worker_threads(1)
        .max_blocking_threads(MAX_BLOCKING_THREADS)
        .enable_all()
        .build()
        .context("cannot start the network runtime")
}
