//! A signal that asks the program to stop, made into something that can be asked and waited for.

use std::io;
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::watch;

/// What comes so soon after a signal is the same one again: GNU `timeout` sends it to the process and then to
/// its group. Nobody's fingers are as fast.
const ECHO: Duration = Duration::from_millis(100);

/// A signal that ends a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    Interrupt,
    Terminate,
}

impl Signal {
    /// The exit status that shells give to a program that this signal ended: 128 and its number.
    pub fn exit_status(self) -> u8 {
        match self {
            Signal::Interrupt => 130,
            Signal::Terminate => 143,
        }
    }
}

/// Whether a signal has come. Clones watch for the same one.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<Option<Signal>>);

impl Stop {
    /// One that never comes.
    pub fn never() -> Stop {
        Stop(watch::channel(None).1)
    }

    /// Comes with the first SIGINT or SIGTERM; a second one ends the process on the spot.
    ///
    /// # Errors
    /// The system won't have the signals watched.
    pub fn on_signal(runtime: &Handle) -> io::Result<Stop> {
        let _within = runtime.enter();
        let mut signals = Signals::new()?;
        let (sender, receiver) = watch::channel(None);
        runtime.spawn(async move {
            sender.send_replace(Some(signals.next().await));
            let first = Instant::now();
            loop {
                let second = signals.next().await;
                if first.elapsed() > ECHO {
                    std::process::exit(second.exit_status().into());
                }
            }
        });
        Ok(Stop(receiver))
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
        })
    }

    async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.interrupt.recv() => Signal::Interrupt,
            _ = self.terminate.recv() => Signal::Terminate,
        }
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
