//! Signals that end a run, such as Ctrl-C: how they are received, and how the process dies of one.

use std::io;
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::time::sleep;

/// The time that a run has after the first signal to remove its temporary files. In this time, the
/// same signal is a duplicate: GNU `timeout` signals the process and then its process group.
/// Another signal, as a service manager may send, ends the process when the time is over.
const GRACE_PERIOD: Duration = Duration::from_millis(100);

/// A signal that ends a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    Interrupt,
    Terminate,
    /// The terminal was closed.
    Hangup,
    Quit,
}

impl Signal {
    /// Ends this process as the signal does by default, so that a shell sees that it was killed by
    /// the signal and stops its loop. Runs no destructors.
    ///
    /// Returns the exit status that shells show for the signal (128 + its number) on systems
    /// without signals, or if the process survives.
    pub fn end_process(self) -> u8 {
        #[cfg(unix)]
        {
            // It fails only for signals that can't be caught.
            let _ = signal_hook::low_level::emulate_default_handler(self.number());
        }
        match self {
            Signal::Hangup => 129,
            Signal::Interrupt => 130,
            Signal::Quit => 131,
            Signal::Terminate => 143,
        }
    }
}

/// Whether a signal has asked the program to stop. Clones share the same state.
#[derive(Debug, Clone)]
pub struct Shutdown(watch::Receiver<Option<Signal>>);

impl Shutdown {
    /// A shutdown that is never requested.
    pub fn never() -> Shutdown {
        Shutdown(watch::channel(None).1)
    }

    /// A shutdown that the first SIGINT, SIGTERM, SIGHUP or SIGQUIT requests. A second signal ends
    /// the process, but not before 100 ms have passed since the first one. Until then, the same
    /// signal is ignored. A signal that was ignored when the program started stays ignored.
    ///
    /// # Errors
    /// The system refuses a signal handler.
    pub fn on_signal(runtime: &Handle) -> io::Result<Shutdown> {
        let _within_runtime = runtime.enter();
        let mut signals = Signals::new()?;
        let (sender, receiver) = watch::channel(None);
        runtime.spawn(async move {
            let first = signals.next().await;
            let at = Instant::now();
            sender.send_replace(Some(first));
            loop {
                let second = signals.next().await;
                let left = GRACE_PERIOD.saturating_sub(at.elapsed());
                if second != first || left.is_zero() {
                    sleep(left).await;
                    std::process::exit(second.end_process().into());
                }
            }
        });
        Ok(Shutdown(receiver))
    }

    /// The signal, if it has come.
    pub fn signal(&self) -> Option<Signal> {
        *self.0.borrow()
    }

    /// Waits for the signal.
    pub async fn requested(&self) -> Signal {
        let mut receiver = self.0.clone();
        match receiver.wait_for(Option::is_some).await.map(|signal| *signal) {
            Ok(Some(signal)) => signal,
            _ => std::future::pending().await,
        }
    }
}

#[cfg(unix)]
use self::unix::Signals;
#[cfg(unix)]
pub(crate) use self::unix::is_ignored;

#[cfg(unix)]
mod unix {
    use std::{fs, io};

    use tokio::signal::unix::{self, SignalKind, signal};

    use super::Signal;

    impl Signal {
        pub(super) fn number(self) -> i32 {
            self.kind().as_raw_value()
        }

        fn kind(self) -> SignalKind {
            match self {
                Signal::Interrupt => SignalKind::interrupt(),
                Signal::Terminate => SignalKind::terminate(),
                Signal::Hangup => SignalKind::hangup(),
                Signal::Quit => SignalKind::quit(),
            }
        }
    }

    /// The streams of the four signals. One that is ignored has no stream.
    pub(super) struct Signals([(Signal, Option<unix::Signal>); 4]);

    impl Signals {
        pub(super) fn new() -> io::Result<Signals> {
            // With a handler, a write beyond `ulimit -f` is an ordinary error. Without one, SIGXFSZ
            // ends the process and leaves a temporary file.
            let _ = signal(SignalKind::from_raw(signal_hook::consts::SIGXFSZ))?;
            let stream = |kind: Signal| {
                let ignored = is_ignored(kind.number());
                let stream = if ignored { None } else { Some(signal(kind.kind())?) };
                io::Result::Ok((kind, stream))
            };
            Ok(Signals([
                stream(Signal::Interrupt)?,
                stream(Signal::Terminate)?,
                stream(Signal::Hangup)?,
                stream(Signal::Quit)?,
            ]))
        }

        pub(super) async fn next(&mut self) -> Signal {
            let streams = self.0.iter_mut().map(|(kind, stream)| {
                Box::pin(async move {
                    match stream {
                        Some(stream) => stream.recv().await,
                        None => std::future::pending().await,
                    };
                    *kind
                })
            });
            futures_util::future::select_all(streams).await.0
        }
    }

    /// Whether this process ignores the signal `number`.
    pub(crate) fn is_ignored(number: i32) -> bool {
        ignored_signals() & (1 << (number - 1)) != 0
    }

    /// The signals that this process ignores, as a bit mask whose lowest bit is signal 1.
    ///
    /// Linux shows the mask in `/proc/self/status` (proc(5)). Other systems report it only to
    /// `unsafe` code, so SIGHUP alone is assumed to be ignored, for `nohup`.
    fn ignored_signals() -> u64 {
        const ONLY_HANGUP: u64 = 1;
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(ONLY_HANGUP)
    }
}

#[cfg(windows)]
struct Signals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Signals {
    fn new() -> io::Result<Signals> {
        tokio::signal::windows::ctrl_c().map(Signals)
    }

    async fn next(&mut self) -> Signal {
        self.0.recv().await;
        Signal::Interrupt
    }
}
