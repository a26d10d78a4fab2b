//! One run: from before the client is built to the last file in its place.

pub(crate) mod channel;
pub mod order;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, ensure};
use serde::Serialize;
use tokio::runtime::Handle;

use crate::base_url::BaseUrl;
use crate::country::CountryCode;
use crate::downloader::Mode;
use crate::flag::get_flag::{FetchOptions, Fetcher, Lanes};
use crate::flag::save_flag::Destination;
use crate::flag::{Done, Download, Existing, Failure, Outcome};
use crate::run::channel::channel;
use crate::run::order::Order;
use crate::runtime::reserve_thread;
use crate::shutdown::{Shutdown, Signal};

/// What is to be done in one run.
#[derive(Debug, Clone)]
pub struct Plan {
    pub mode: Mode,
    /// Most requests at once.
    pub jobs: usize,
    pub codes: Vec<CountryCode>,
    pub base: BaseUrl,
    pub destination: Destination,
    pub existing: Existing,
    pub order: Order,
    pub fetch: FetchOptions,
}

/// What came of a run.
#[derive(Debug)]
pub struct Summary {
    pub mode: Mode,
    pub jobs: usize,
    pub base: BaseUrl,
    pub folder: PathBuf,
    /// How many flags were asked for.
    pub wanted: usize,
    /// From before the client was built to the last file in its place.
    pub elapsed: Duration,
    /// The signal that ended it before its time.
    pub stopped: Option<Signal>,
    /// In the order in which they were reported.
    pub outcomes: Vec<Outcome>,
}

/// How many flags came to what end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    pub ok: usize,
    pub not_found: usize,
    pub error: usize,
    pub skipped: usize,
    pub unchanged: usize,
}

impl Plan {
    /// Carries the plan out, and hands each outcome to `report`, on this thread, as it is finished.
    /// `runtime` is one with threads of its own, as [`runtime::start`](crate::runtime::start) makes it.
    ///
    /// With the last outcome the run is over: that threads end takes time, and is not waited for.
    ///
    /// # Errors
    /// The run could not start, or not be carried through. What befalls a single flag is in its
    /// [`Outcome`].
    pub fn run(
        &self,
        runtime: &Handle,
        stop: &Shutdown,
        report: impl FnMut(&Outcome),
    ) -> anyhow::Result<Summary> {
        self.start(runtime, stop, report).map(|(summary, _strategy)| summary)
    }

    /// The same, but waits until its threads have ended, and the connections that they saw to with them: nothing of it
    /// is left to disturb the next one.
    ///
    /// # Errors
    /// As [`run`](Self::run) has them.
    pub fn run_to_the_end(
        &self,
        runtime: &Handle,
        stop: &Shutdown,
        report: impl FnMut(&Outcome),
    ) -> anyhow::Result<Summary> {
        let (summary, strategy) = self.start(runtime, stop, report)?;
        end(strategy)?;
        Ok(summary)
    }

    fn start(
        &self,
        runtime: &Handle,
        stop: &Shutdown,
        mut report: impl FnMut(&Outcome),
    ) -> anyhow::Result<(Summary, Strategy)> {
        let started = Instant::now();
        let (sender, incoming) = channel(self.codes.len());
        let fetcher = Fetcher::new(self.base.clone(), self.fetch.clone(), runtime.clone())?;
        let fetcher = Arc::new(fetcher);
        let job = Arc::new(Download {
            lanes: Lanes::new(fetcher.clone(), runtime.clone()),
            fetcher,
            destination: self.destination.clone(),
            existing: self.existing,
            runtime: runtime.clone(),
            stop: stop.clone(),
            started,
            outcomes: sender,
        });
        if self.base.has_name() {
            reserve_thread(runtime).context("cannot start a thread")?;
        }
        let downloader = self.mode.downloader(self.jobs);
        let codes = self.codes.clone();
        let strategy = thread::Builder::new()
            .spawn(move || downloader.download_many(&codes, job))
            .context("cannot start a thread")?;
        let outcomes: Vec<_> =
            self.order.arrange(incoming, &self.codes).inspect(&mut report).collect();
        let mut strategy = Some(strategy);
        if outcomes.len() < self.codes.len() {
            end(strategy.take())?;
            ensure!(stop.signal().is_some(), "the job panicked for some of the flags");
        }
        let stopped = stop.signal();
        let last = outcomes.iter().map(|outcome| outcome.end).max();
        let summary = Summary {
            mode: self.mode,
            jobs: self.jobs,
            base: self.base.clone(),
            folder: self.destination.folder().to_owned(),
            wanted: self.codes.len(),
            elapsed: last.filter(|_| stopped.is_none()).unwrap_or_else(|| started.elapsed()),
            stopped,
            outcomes,
        };
        Ok((summary, strategy))
    }
}

/// The thread on which the strategy works, if it may still be at it.
type Strategy = Option<JoinHandle<io::Result<()>>>;

fn end(strategy: Strategy) -> anyhow::Result<()> {
    let Some(thread) = strategy else { return Ok(()) };
    let threads = "cannot start the threads that this mode needs";
    thread.join().map_err(|_| anyhow!("the strategy panicked"))?.context(threads)
}

impl Summary {
    /// How many flags came to what end.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for outcome in &self.outcomes {
            let count = match outcome.result {
                Ok(Done::Saved { .. }) => &mut counts.ok,
                Ok(Done::Skipped { .. }) => &mut counts.skipped,
                Ok(Done::Unchanged { .. }) => &mut counts.unchanged,
                Err(Failure::NotFound) => &mut counts.not_found,
                Err(_) => &mut counts.error,
            };
            *count += 1;
        }
        counts
    }

    /// Whether every flag that was asked for is in its place.
    pub fn is_complete(&self) -> bool {
        let counts = self.counts();
        counts.ok + counts.skipped + counts.unchanged == self.wanted
    }
}
