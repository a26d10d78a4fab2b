//! Runs that download: each with a fresh client, a fresh folder and the weather of its round.

use anyhow::{Context, bail};

use super::injected::{is_injected, retries_not_injected};
use super::{Contender, Round, Sample, Setup};
use crate::base_url::BaseUrl;
use crate::fetch::FetchOptions;
use crate::flag::Existing;
use crate::flag::save_flag::Destination;
use crate::numbers::counted;
use crate::origin::{Origin, Weather};
use crate::run::{Order, Plan, Summary};
use crate::system::cpu_time::CpuTime;
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
    /// Runs `contender` once, as part of `round`, and returns its measurements. `None` if a signal
    /// was received.
    ///
    /// # Errors
    /// The run could not start, or a flag failed and the failure was not injected.
    pub fn run(&self, round: Round, contender: Contender) -> anyhow::Result<Option<Sample>> {
        if self.shutdown.signal().is_some() {
            return Ok(None);
        }
        let weather = self.setup.weather_of(round);
        if let (Some(origin), Some(weather)) = (self.origin, &weather) {
            // This also restarts the server's count of attempts for each code.
            origin.set_weather(weather.clone());
        }
        self.measure(contender, weather.as_ref()).with_context(|| format!("{contender}, {round}"))
    }

    fn measure(
        &self,
        contender: Contender,
        weather: Option<&Weather>,
    ) -> anyhow::Result<Option<Sample>> {
        let (summary, cpu) = self.download(contender)?;
        if summary.interrupted_by.is_some() {
            return Ok(None);
        }
        let exit_code = if summary.is_complete() { 0 } else { 1 };
        let Summary { elapsed, outcomes, .. } = summary;
        let timeout = self.fetch.timeout;
        let mut failed = outcomes.iter().filter_map(|outcome| {
            let failure = outcome.status.problem()?;
            let injected = weather.is_some_and(|weather| is_injected(weather, outcome, timeout));
            (!injected).then(|| format!("{}: {failure}: {}", outcome.code, outcome.url))
        });
        if let Some(first) = failed.next() {
            let others = match failed.count() {
                0 => String::new(),
                others => format!(", and {} failed", counted(others, "other flag", "other flags")),
            };
            let reason = match weather {
                Some(_) => "this failure was not injected",
                None => "every flag has to be downloaded",
            };
            bail!("{first}{others}; comparison aborted: {reason}");
        }
        let retries =
            outcomes.iter().map(|outcome| retries_not_injected(weather, outcome, timeout)).sum();
        Ok(Some(Sample { elapsed, cpu, exit_code, retries, outcomes }))
    }

    fn download(&self, contender: Contender) -> anyhow::Result<(Summary, CpuTime)> {
        let folder = tempfile::Builder::new().prefix("flags-compare-").tempdir();
        let folder = folder.context("cannot create a temporary folder")?;
        let plan = Plan {
            mode: contender.mode,
            jobs: contender.jobs,
            codes: self.setup.codes.clone(),
            base: self.base.clone(),
            destination: Destination::open(folder.path())?,
            existing: Existing::Replace,
            order: Order::Completed,
            fetch: self.fetch.clone(),
        };
        let before = CpuTime::now();
        let summary = plan.run(&self.shutdown, |_| {})?;
        let cpu = CpuTime::now().since(before);
        folder.close().context("cannot remove a temporary folder")?;
        Ok((summary, cpu))
    }
}
