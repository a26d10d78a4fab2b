//! Signals that end a run, such as Ctrl-C: how they are received, and how the process dies of one.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use std::{io, process, thread};

use anyhow::Context;
use tokio::sync::watch;

/// The time that a run has after the first signal to remove its temporary files. In this time, the
/// same signal is a duplicate: GNU `timeout` signals the process and then its process group.
/// Another signal, as a service manager may send, ends the process when the time is over.
const GRACE_PERIOD: Duration = Duration::from_millis(100);

/// A signal that ends a run, with its number, which is the same on all systems (POSIX, `kill`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// The terminal was closed.
    Hangup = 1,
    Interrupt = 2,
    Quit = 3,
    Terminate = 15,
}

impl Signal {
    const ALL: [Signal; 4] = [Signal::Hangup, Signal::Interrupt, Signal::Quit, Signal::Terminate];

    /// Ends this process as the signal does by default, so that a shell sees that it was killed by
    /// the signal and stops its loop. Runs no destructors.
    ///
    /// Returns the exit status that shells show for the signal (128 + its number) on systems
    /// without signals, and for process 1, such as that of a container, which signals end only if
    /// it handles them (pid_namespaces(7)).
    pub fn end_process(self) -> u8 {
        #[cfg(unix)]
        if process::id() != 1 {
            // It fails only for signals that can't be caught.
            let _ = signal_hook::low_level::emulate_default_handler(self as i32);
        }
        128 + self as u8
    }

    fn from_number(number: usize) -> Option<Signal> {
        Signal::ALL.into_iter().find(|signal| *signal as usize == number)
    }
}

/// Whether a signal has asked the program to stop. Clones share the same state.
#[derive(Debug, Clone)]
pub struct Shutdown {
    /// The number of the last signal, 0 before the first. It is set in the signal handler, and so
    /// before an interrupted system call returns.
    last: Arc<AtomicUsize>,
    /// Becomes true after the first signal.
    requested: watch::Receiver<bool>,
}

impl Shutdown {
    /// A shutdown that is never requested.
    pub fn never() -> Shutdown {
        Shutdown { last: Arc::default(), requested: watch::channel(false).1 }
    }

    /// Calls `open`, which opens the files of a run, and then installs the signal handlers. Returns
    /// what `open` returns, and a shutdown that the first SIGINT, SIGTERM, SIGHUP or SIGQUIT
    /// requests.
    ///
    /// A second signal ends the process, but not before 100 ms have passed since the first one.
    /// Until then, the same signal is ignored. A signal that was ignored when the program started
    /// stays ignored.
    ///
    /// Opening a named pipe blocks until its other end is opened. Until then, a signal ends the
    /// process as usual. From then on there may be temporary files, which a signal must not leave
    /// behind.
    ///
    /// Signals are received on a thread of their own, so that they are handled even if all others
    /// are busy or blocked.
    ///
    /// # Errors
    /// `open` fails, or the system refuses the thread, a file descriptor or a signal handler.
    pub fn on_signal<T>(open: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<(T, Shutdown)> {
        let opened = open()?;
        let last: Arc<AtomicUsize> = Arc::default();
        let (sender, requested) = watch::channel(false);
        let spawn = |listener| thread::Builder::new().name("signals".into()).spawn(listener);
        let listener = listen(last.clone(), handler(sender));
        listener.and_then(spawn).context("cannot watch for signals")?;
        Ok((opened, Shutdown { last, requested }))
    }

    /// The last signal that was received.
    pub fn signal(&self) -> Option<Signal> {
        Signal::from_number(self.last.load(Ordering::Relaxed))
    }

    /// Waits for the signal.
    pub async fn requested(&self) {
        if self.requested.clone().wait_for(|requested| *requested).await.is_err() {
            std::future::pending().await
        }
    }
}

/// What is done on each signal: the first one is sent, and a second one ends the process.
fn handler(sender: watch::Sender<bool>) -> impl FnMut(Signal) {
    let mut first = None;
    move |signal| match first {
        // An error means that every `Shutdown` has been dropped, so the run has ended.
        None if sender.send(true).is_ok() => first = Some((signal, Instant::now())),
        None => end(signal),
        Some((first, at)) => {
            let left = GRACE_PERIOD.saturating_sub(at.elapsed());
            if signal != first || left.is_zero() {
                thread::sleep(left);
                end(signal);
            }
        }
    }
}

fn end(signal: Signal) {
    process::exit(signal.end_process().into());
}

/// Handles the signals that end a run, unless they are ignored. Returns a loop, for a thread of its
/// own, that calls `on_signal` for each; `last` then has its number already.
#[cfg(unix)]
fn listen(last: Arc<AtomicUsize>, on_signal: impl FnMut(Signal)) -> io::Result<impl FnOnce()> {
    use signal_hook::{consts::SIGXFSZ, flag, iterator::Signals};

    let ignored = ignored_signals();
    let handled = Signal::ALL.into_iter().filter(|signal| ignored >> (*signal as u64 - 1) & 1 == 0);
    // With a handler, a write beyond `ulimit -f` is an ordinary error. Without one, SIGXFSZ ends
    // the process and leaves a temporary file.
    let mut signals = Signals::new([SIGXFSZ])?;
    for signal in handled {
        flag::register_usize(signal as i32, last.clone(), signal as usize)?;
        signals.add_signal(signal as i32)?;
    }
    let signal = |number: i32| Signal::from_number(number as usize);
    Ok(move || signals.forever().filter_map(signal).for_each(on_signal))
}

/// The signals that this process ignores, as a bit mask whose lowest bit is signal 1.
///
/// Linux shows the mask in `/proc/self/status` (proc(5)). Other systems report it only to `unsafe`
/// code, so SIGHUP alone is assumed to be ignored, for `nohup`.
#[cfg(unix)]
fn ignored_signals() -> u64 {
    const ONLY_HANGUP: u64 = 1;
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(ONLY_HANGUP)
}

/// Handles Ctrl-C. Returns a loop, for a thread of its own, that calls `on_signal` for each; `last`
/// then has its number already.
#[cfg(windows)]
fn listen(last: Arc<AtomicUsize>, mut on_signal: impl FnMut(Signal)) -> io::Result<impl FnOnce()> {
    let mut presses = tokio::signal::windows::ctrl_c()?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    Ok(move || {
        while runtime.block_on(presses.recv()).is_some() {
            last.store(Signal::Interrupt as usize, Ordering::Relaxed);
            on_signal(Signal::Interrupt);
        }
    })
}
