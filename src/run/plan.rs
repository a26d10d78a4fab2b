//! The plan of one run, how it is carried out, and its summary.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::Context;

use super::order::{Order, OrderedReport};
use crate::base_url::BaseUrl;
use crate::country::CountryCode;
use crate::downloader::Mode;
use crate::fetch::{FetchOptions, Fetcher};
use crate::flag::save_flag::Destination;
use crate::flag::{Download, Existing, Outcome};
use crate::system::runtime::Runtime;
use crate::system::signals::{Shutdown, Signal};

/// Why the lock of the reports can't be poisoned.
const NO_PANIC: &str = "a report does not panic";

/// What to do in one run.
#[derive(Debug, Clone)]
pub struct Plan {
    pub mode: Mode,
    /// The maximum number of concurrent requests.
    pub jobs: NonZeroUsize,
    pub codes: Vec<CountryCode>,
    pub base: BaseUrl,
    pub destination: Destination,
    pub existing: Existing,
    pub order: Order,
    pub fetch: FetchOptions,
}

impl Plan {
    /// Carries out the plan and returns when all of its threads and tasks have ended.
    ///
    /// `report` is called once per outcome, in the plan's order, and never on two threads at the
    /// same time. In order of completion, it runs on the thread that finished the flag. A flag that
    /// a signal interrupted has no outcome. Each run has a fresh runtime, so that no connection or
    /// thread of an earlier run is left.
    ///
    /// # Errors
    /// The system refused a thread or a descriptor that the run needs, or a download panicked. The
    /// failure of a flag is not an error here: it is in the flag's [`Outcome`].
    pub fn run(
        &self,
        shutdown: &Shutdown,
        report: impl FnMut(&Outcome) + Send + 'static,
    ) -> anyhow::Result<Summary> {
        let runtime = Runtime::start("runtime").context("cannot start the network runtime")?;
        let started = Instant::now();
        let reports = Arc::new(Mutex::new(OrderedReport::new(self.order, &self.codes, report)));
        let job = Download {
            fetcher: Fetcher::new(self.base.clone(), self.fetch.clone(), started),
            destination: self.destination.clone(),
            existing: self.existing,
            runtime: runtime.handle.clone(),
            shutdown: shutdown.clone(),
            report: Box::new({
                let reports = reports.clone();
                move |outcome| reports.lock().expect(NO_PANIC).add(outcome)
            }),
        };
        self.mode.downloader(self.jobs).download_many(&self.codes, Arc::new(job))?;
        let outcomes = reports.lock().expect(NO_PANIC).finish();
        let interrupted_by = shutdown.signal();
        let last_end = outcomes.iter().map(|outcome| outcome.end).max();
        let elapsed = match interrupted_by {
            None => last_end.unwrap_or_default(),
            Some(_) => started.elapsed(),
        };
        // The next run of a comparison must not compete with the runtime's thread.
        runtime.stop();
        Ok(Summary { elapsed, interrupted_by, outcomes })
    }
}

/// The result of a run.
#[derive(Debug)]
pub struct Summary {
    /// The time from before the HTTP client was built until the last file was saved, or until an
    /// interrupted run ended.
    pub elapsed: Duration,
    /// The signal that ended the run early.
    pub interrupted_by: Option<Signal>,
    /// In the order in which they were reported.
    pub outcomes: Vec<Outcome>,
}

impl Summary {
    /// The number of flags whose `status` in JSON is this one.
    pub fn count(&self, status: &str) -> usize {
        self.outcomes.iter().filter(|outcome| outcome.status.name() == status).count()
    }

    /// Whether every requested flag was saved, skipped or unchanged.
    pub fn is_complete(&self) -> bool {
        let all_are_there = self.outcomes.iter().all(|outcome| outcome.status.is_there());
        self.interrupted_by.is_none() && all_are_there
    }
}
