//! Runs for real: a fresh client, a fresh folder, and the round's weather each time.

use std::time::Duration;

use anyhow::{Context, anyhow};
use tempfile::TempDir;

use super::injected::is_injected;
use super::{Abort, CpuTime, Round, Runner, Sample, Setup};
use crate::base_url::BaseUrl;
use crate::downloader::Mode;
use crate::flag::get_flag::FetchOptions;
use crate::flag::save_flag::Destination;
use crate::flag::{Existing, Failure, Outcome};
use crate::origin::{Origin, Weather};
use crate::run::Order;
use crate::run::{Plan, Summary};
use crate::runtime;
use crate::shutdown::Shutdown;

/// How long the threads of one run get to end before the next run begins.
const PATIENCE: Duration = Duration::from_secs(1);

/// Downloads for real what a [`Setup`] names.
pub struct RealRunner<'a> {
    pub setup: &'a Setup,
    pub base: BaseUrl,
    pub fetch: FetchOptions,
    /// Where the flags are from an origin of our own.
    pub origin: Option<&'a Origin>,
    pub stop: Shutdown,
}

impl Runner for RealRunner<'_> {
    fn time(&mut self, round: Round, mode: Mode) -> Result<Sample, Abort> {
        if let Some(signal) = self.stop.signal() {
            return Err(Abort::Stopped(signal));
        }
        let weather = self.set_weather(round);
        let in_context =
            |error: anyhow::Error| Abort::Failed(error.context(format!("{mode}, {round}")));
        let (summary, cpu) = self.run(mode).map_err(in_context)?;
        if let Some(signal) = summary.interrupted_by {
            return Err(Abort::Stopped(signal));
        }
        if let Some(reason) = self.unexplained(&summary, weather.as_ref()) {
            let end = "such a run is no measurement, so the comparison ends";
            return Err(in_context(anyhow!("{reason}; {end}")));
        }
        Ok(Sample {
            elapsed: summary.elapsed,
            flags: summary.outcomes.iter().map(Outcome::duration).sum(),
            cpu,
            exit_code: if summary.is_complete() { 0 } else { 1 },
        })
    }
}

impl RealRunner<'_> {
    /// Every mode of a round meets the same weather, and each round another one.
    fn set_weather(&self, round: Round) -> Option<Weather> {
        let base = self.setup.weather.as_ref()?;
        let weather = Weather { seed: round.seed(base.seed), ..base.clone() };
        // Set anew for each run, so that each flag's tries are counted from 1 again.
        self.origin?.set_weather(weather.clone());
        Some(weather)
    }

    fn run(&self, mode: Mode) -> anyhow::Result<(Summary, CpuTime)> {
        let folder = temporary_folder()?;
        // As each run of the program has it, with nothing left over from the run before.
        let runtime = runtime::start()?;
        let plan = Plan {
            mode,
            jobs: self.setup.jobs(mode),
            codes: self.setup.codes.clone(),
            base: self.base.clone(),
            destination: Destination::open(folder.path())?,
            existing: Existing::Replace,
            order: Order::Completed,
            fetch: self.fetch.clone(),
        };
        let before = CpuTime::so_far();
        let summary = plan.run(runtime.handle(), &self.stop, |_| {})?;
        let cpu = CpuTime::so_far().since(before);
        runtime.shutdown_timeout(PATIENCE);
        folder.close().context("cannot remove a temporary folder")?;
        Ok((summary, cpu))
    }

    /// What went wrong with the first flag that failed for a reason of its own, and how many others did.
    fn unexplained(&self, summary: &Summary, weather: Option<&Weather>) -> Option<String> {
        let by_weather = |outcome: &Outcome, failure: &Failure| {
            weather.is_some_and(|weather| {
                is_injected(weather, outcome.code, outcome.attempts, failure, self.fetch.timeout)
            })
        };
        let mut failed = summary.outcomes.iter().filter_map(|outcome| {
            let failure = outcome.result.as_ref().err()?;
            (!by_weather(outcome, failure)).then_some((outcome, failure))
        });
        let (first, failure) = failed.next()?;
        let others = match failed.count() {
            0 => String::new(),
            1 => ", and another flag failed".into(),
            others => format!(", and {others} other flags failed"),
        };
        Some(format!("{}: {failure}: {}{others}", first.code, first.url))
    }
}

fn temporary_folder() -> anyhow::Result<TempDir> {
    tempfile::Builder::new().prefix("flags-compare-").tempdir().with_context(|| {
        let place = std::env::temp_dir();
        format!("cannot make a temporary folder in {}", place.display())
    })
}
