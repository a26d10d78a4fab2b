//! The async runtime: one thread, on which all waits for the network happen.

use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::time::Duration;

use anyhow::Context;
use tokio::runtime::{Builder, Handle, Runtime};

/// How long a thread stays that has nothing to do: longer than any run, in which there may not be another.
pub(crate) const FOR_GOOD: Duration = Duration::from_secs(1 << 30);

/// Starts a runtime.
///
/// # Errors
/// The system has too few threads or descriptors left.
pub fn start() -> anyhow::Result<Runtime> {
    raise_limit_of_descriptors();
    let start = || {
        Builder::new_multi_thread()
            .worker_threads(1)
            .thread_keep_alive(FOR_GOOD)
            .enable_all()
            .build()
    };
    without_panic(start).context("cannot start the threads and descriptors that the network needs")
}

/// Makes sure of a thread on which tasks have the system wait for name servers. Where there are no more of
/// them, tokio makes do with those that there are, but not with none.
///
/// # Errors
/// The system won't give it.
pub fn reserve_thread(runtime: &Handle) -> io::Result<()> {
    without_panic(|| {
        runtime.spawn_blocking(|| ());
        Ok(())
    })
}

/// Does `start`, which tokio has panic where the system refuses it a thread or a descriptor. That is no
/// fault of the program: it is made into an error, and what a panic prints is left out.
fn without_panic<T>(start: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let started = panic::catch_unwind(AssertUnwindSafe(start));
    panic::set_hook(hook);
    started.unwrap_or_else(|panic| {
        let message = panic.downcast_ref::<String>().map(String::as_str);
        Err(io::Error::other(message.unwrap_or("the system refuses them").to_owned()))
    })
}

/// Each connection takes a descriptor, of which a process gets only 256 on macOS unless it asks for more.
fn raise_limit_of_descriptors() {
    #[cfg(unix)]
    {
        use nix::sys::resource::{Resource, getrlimit, setrlimit};

        // macOS refuses more than this, whatever its hard limit says.
        const PLENTY: u64 = 10_240;
        if let Ok((now, most)) = getrlimit(Resource::RLIMIT_NOFILE)
            && now < most.min(PLENTY)
        {
            // Without it there is room for fewer, that is all.
            let _ = setrlimit(Resource::RLIMIT_NOFILE, most.min(PLENTY), most);
        }
    }
}
