//! The plan of one run, and how it is carried out.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use tokio::runtime::Handle;

use super::order::{Order, Sequencer};
use super::summary::Summary;
use crate::base_url::BaseUrl;
use crate::country::CountryCode;
use crate::downloader::Mode;
use crate::fetch::{FetchOptions, Fetcher};
use crate::flag::save_flag::Destination;
use crate::flag::{Download, Existing, Outcome};
use crate::system::signals::Shutdown;

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
    /// a signal interrupted has no outcome. `runtime` must have its own worker threads, as from
    /// [`runtime::start`](crate::system::runtime::start).
    ///
    /// # Errors
    /// The system refused the threads that the strategy needs, or a download panicked. The failure
    /// of a flag is not an error here: it is in the flag's [`Outcome`].
    pub fn run(
        &self,
        runtime: &Handle,
        shutdown: &Shutdown,
        report: impl FnMut(&Outcome) + Send + 'static,
    ) -> anyhow::Result<Summary> {
        let started = Instant::now();
        let log = Arc::new(Mutex::new(Log {
            sequencer: Sequencer::new(self.order, &self.codes),
            report,
            outcomes: Vec::with_capacity(self.codes.len()),
        }));
        let job = Download {
            fetcher: Fetcher::new(self.base.clone(), self.fetch.clone()),
            destination: self.destination.clone(),
            existing: self.existing,
            runtime: runtime.clone(),
            shutdown: shutdown.clone(),
            started,
            report: Box::new({
                let log = log.clone();
                move |outcome| log.lock().expect(NO_PANIC).add(outcome)
            }),
        };
        self.mode.downloader(self.jobs).download_many(&self.codes, Arc::new(job))?;
        let outcomes = log.lock().expect(NO_PANIC).finish();
        let interrupted_by = shutdown.signal();
        let last_end = outcomes.iter().map(|outcome| outcome.end).max();
        Ok(Summary {
            mode: self.mode,
            jobs: self.jobs,
            base: self.base.clone(),
            folder: self.destination.folder().to_owned(),
            requested: self.codes.len(),
            elapsed: match interrupted_by {
                None => last_end.unwrap_or_default(),
                Some(_) => started.elapsed(),
            },
            interrupted_by,
            outcomes,
        })
    }
}

/// Puts outcomes in order, reports them, and keeps them.
struct Log<R> {
    sequencer: Sequencer,
    report: R,
    outcomes: Vec<Outcome>,
}

impl<R: FnMut(&Outcome)> Log<R> {
    fn add(&mut self, outcome: Outcome) {
        self.sequencer.add(outcome);
        while let Some(outcome) = self.sequencer.next_ready() {
            (self.report)(&outcome);
            self.outcomes.push(outcome);
        }
    }

    /// Reports the outcomes that are still held back after an interruption. Returns all outcomes.
    fn finish(&mut self) -> Vec<Outcome> {
        for outcome in self.sequencer.drain() {
            (self.report)(&outcome);
            self.outcomes.push(outcome);
        }
        std::mem::take(&mut self.outcomes)
    }
}
