//! The async runtime: one thread, on which requests wait that no thread which waits for them makes itself.

use std::panic::{self, AssertUnwindSafe};
use std::time::Duration;
use std::{hint, io};

use anyhow::Context;
use tokio::runtime::{Builder, Handle, Runtime};

/// How long a thread stays that has nothing to do: longer than any run, in which there may not be another.
pub(crate) const KEEP_ALIVE: Duration = Duration::from_secs(1 << 30);

/// How many bytes the heap of the network's thread has to begin with.
const HEAP: usize = 1 << 20;

/// Starts a runtime.
///
/// # Errors
/// The system has too few threads or descriptors left.
pub fn start() -> anyhow::Result<Runtime> {
    raise_limit_of_descriptors();
    let start = || {
        Builder::new_multi_thread()
            .worker_threads(1)
            // What comes by one connection is handed over before another is read: its flag can be saved meanwhile.
            .max_io_events_per_tick(1)
            .thread_keep_alive(KEEP_ALIVE)
            .enable_all()
            .build()
    };
    let runtime = without_panic(start)
        .context("cannot start the threads and descriptors that the network needs")?;
    runtime.spawn(async { grow_heap() });
    Ok(runtime)
}

/// Has the heap of this thread grow at once. glibc has that of any thread but the first grow by a page or two with
/// each call of the system, some 20 of them for 20 flags, while other threads that need memory wait.
///
/// What is given back here for the first time tells glibc that pieces so large come and go in this process
/// (mallopt(3), M_MMAP_THRESHOLD): it takes the second one from the heap, and leaves it there. No page of it is
/// touched.
fn grow_heap() {
    if cfg!(all(target_env = "gnu", target_pointer_width = "64")) {
        for _ in 0..2 {
            let mut piece = Vec::<u8>::new();
            // Where there is not so much, the heap grows as it always does.
            let _ = piece.try_reserve_exact(HEAP);
            hint::black_box(piece);
        }
    }
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
