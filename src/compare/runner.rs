//! Runs that download: each with a fresh client, a fresh folder and the weather of its round.

use anyhow::{Context, anyhow};
use tempfile::TempDir;

use super::injected::{is_injected, retries_not_injected};
use super::{Abort, Contender, Round, Sample, Setup};
use crate::base_url::BaseUrl;
use crate::fetch::FetchOptions;
use crate::flag::save_flag::Destination;
use crate::flag::{Existing, Outcome};
use crate::numbers::counted;
use crate::origin::{Origin, Weather};
use crate::run::{Order, Plan, Summary};
use crate::system::cpu_time::CpuTime;
use crate::system::runtime;
use crate::system::signals::Shutdown;

/// Runs the downloads of a [`Setup`].
pub struct RealRunner<'a> {
    pub setup: &'a Setup,
    pub base: BaseUrl,
    pub fetch: FetchOptions,
    /// The embedded server, if the flags come from one.
    pub origin: Option<&'a Origin>,
    pub shutdown: Shutdown,
}

impl RealRunner<'_> {
    /// Runs `contender` once, as part of `round`, and returns its measurements.
    ///
    /// # Errors
    /// A signal was received, the run could not start, or a flag failed and the failure was not
    /// injected.
    pub fn run(&self, round: Round, contender: Contender) -> Result<Sample, Abort> {
        if let Some(signal) = self.shutdown.signal() {
            return Err(Abort::Stopped(signal));
        }
        let weather = self.setup.weather_of(round);
        if let (Some(origin), Some(weather)) = (self.origin, &weather) {
            // This also restarts the server's count of attempts for each code.
            origin.set_weather(weather.clone());
        }
        let failed =
            |error: anyhow::Error| Abort::Failed(error.context(format!("{contender}, {round}")));
        let (summary, cpu) = self.download(contender).map_err(failed)?;
        if let Some(signal) = summary.interrupted_by {
            return Err(Abort::Stopped(signal));
        }
        if let Some(failure) = self.failure_not_injected(&summary, weather.as_ref()) {
            let why = match weather {
                Some(_) => "this failure was not injected",
                None => "every flag has to be downloaded",
            };
            return Err(failed(anyhow!("{failure}; comparison aborted: {why}")));
        }
        let exit_code = if summary.is_complete() { 0 } else { 1 };
        let Summary { elapsed, outcomes, .. } = summary;
        let not_injected =
            |outcome| retries_not_injected(weather.as_ref(), outcome, self.fetch.timeout);
        let retries = outcomes.iter().map(not_injected).sum();
        Ok(Sample { elapsed, cpu, exit_code, retries, outcomes })
    }

    fn download(&self, contender: Contender) -> anyhow::Result<(Summary, CpuTime)> {
        let folder = temporary_folder()?;
        // A fresh runtime, so that no connection or thread of the previous run is left.
        let runtime = runtime::start("runtime").context("cannot start the network runtime")?;
        let plan = Plan {
            mode: contender.mode(),
            jobs: contender.jobs(),
            codes: self.setup.codes.clone(),
            base: self.base.clone(),
            destination: Destination::open(folder.path())?,
            existing: Existing::Replace,
            order: Order::Completed,
            fetch: self.fetch.clone(),
        };
        let before = CpuTime::now();
        let summary = plan.run(runtime.handle(), &self.shutdown, |_| {})?;
        let cpu = CpuTime::now().since(before);
        // Waits for the runtime's thread, so that it does not slow down the next run.
        runtime.stop();
        folder.close().context("cannot remove a temporary folder")?;
        Ok((summary, cpu))
    }

    /// Describes the first failure that the weather did not inject, and counts the others.
    fn failure_not_injected(&self, summary: &Summary, weather: Option<&Weather>) -> Option<String> {
        let injected = |outcome: &Outcome| {
            weather.is_some_and(|weather| is_injected(weather, outcome, self.fetch.timeout))
        };
        let mut failed = summary.outcomes.iter().filter_map(|outcome| {
            let failure = outcome.status.problem()?;
            (!injected(outcome)).then(|| format!("{}: {failure}: {}", outcome.code, outcome.url))
        });
        let first = failed.next()?;
        Some(match failed.count() {
            0 => first,
            others => {
                format!("{first}, and {} failed", counted(others, "other flag", "other flags"))
            }
        })
    }
}

fn temporary_folder() -> anyhow::Result<TempDir> {
    tempfile::Builder::new().prefix("flags-compare-").tempdir().with_context(|| {
        let parent = std::env::temp_dir();
        format!("cannot create a temporary folder in {}", parent.display())
    })
}
