//! A signal that asks the program to stop, made into something that can be asked and waited for.

use std::io;
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::watch;

/// What comes so soon after a signal is the same one again: GNU `timeout` sends it to the process and then to
/// its group. Nobody's fingers are as fast.
const DUPLICATE_WINDOW: Duration = Duration::from_millis(100);

/// A signal that ends a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    Interrupt,
    Terminate,
    /// The terminal was closed, or the line to it lost.
    Hangup,
    Quit,
}

impl Signal {
    /// The exit status that shells give to a program that this signal ended: 128 and its number.
    pub fn exit_status(self) -> u8 {
        match self {
            Signal::Interrupt => 130,
            Signal::Terminate => 143,
            Signal::Hangup => 129,
            Signal::Quit => 131,
        }
    }
}

/// Whether a signal has come. Clones watch for the same one.
#[derive(Debug, Clone)]
pub struct Shutdown(watch::Receiver<Option<Signal>>);

impl Shutdown {
    /// One that never comes.
    pub fn never() -> Shutdown {
        Shutdown(watch::channel(None).1)
    }

    /// Comes with the first SIGINT, SIGTERM, SIGHUP or SIGQUIT; a second one ends the process on the spot.
    /// A SIGHUP that is ignored, as under `nohup`, stays so; another one is minded from a moment later.
    ///
    /// # Errors
    /// The system won't have SIGINT, SIGTERM or SIGQUIT watched.
    pub fn on_signal(runtime: &Handle) -> io::Result<Shutdown> {
        let _within = runtime.enter();
        let mut signals = Signals::new()?;
        let (sender, receiver) = watch::channel(None);
        runtime.spawn(async move {
            signals.mind_hangup();
            let first = signals.next().await;
            let came = Instant::now();
            sender.send_replace(Some(first));
            loop {
                let second = signals.next().await;
                if second != first || came.elapsed() > DUPLICATE_WINDOW {
                    std::process::exit(second.exit_status().into());
                }
            }
        });
        Ok(Shutdown(receiver))
    }

    /// The signal, if it has come.
    pub fn signal(&self) -> Option<Signal> {
        *self.0.borrow()
    }

    /// Waits until the signal comes.
    pub async fn requested(&self) -> Signal {
        let mut receiver = self.0.clone();
        match receiver.wait_for(Option::is_some).await.map(|signal| *signal) {
            Ok(Some(signal)) => signal,
            _ => std::future::pending().await,
        }
    }
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    quit: tokio::signal::unix::Signal,
    hangup: Option<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Signals> {
        use tokio::signal::unix::{SignalKind, signal};
        // A write beyond `ulimit -f` is an error like any other where somebody minds this signal; left
        // alone, it ends the process with a temporary file half written.
        let _ = signal(SignalKind::from_raw(nix::sys::signal::SIGXFSZ as i32))?;
        Ok(Signals {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            quit: signal(SignalKind::quit())?,
            hangup: None,
        })
    }

    /// To see whether it is to be minded takes the system a while, and nobody has to wait for that. Where it can't
    /// be watched, it ends the process as it always does.
    fn mind_hangup(&mut self) {
        use tokio::signal::unix::{SignalKind, signal};
        self.hangup = (!hangup_is_ignored()).then(|| signal(SignalKind::hangup()).ok()).flatten();
    }

    async fn next(&mut self) -> Signal {
        let hangup = async {
            match &mut self.hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => Signal::Interrupt,
            _ = self.terminate.recv() => Signal::Terminate,
            _ = self.quit.recv() => Signal::Quit,
            _ = hangup => Signal::Hangup,
        }
    }
}

/// Whether SIGHUP is to have no effect. Linux says so, in a mask of signals, the lowest bit of which is the
/// first, SIGHUP; where nobody says, it is left alone.
#[cfg(unix)]
fn hangup_is_ignored() -> bool {
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else { return true };
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_none_or(|mask| mask & 1 != 0)
}

#[cfg(windows)]
struct Signals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Signals {
    fn new() -> io::Result<Signals> {
        tokio::signal::windows::ctrl_c().map(Signals)
    }

    fn mind_hangup(&mut self) {}

    async fn next(&mut self) -> Signal {
        self.0.recv().await;
        Signal::Interrupt
    }
}
