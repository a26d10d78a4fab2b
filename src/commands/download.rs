//! `flags [OPTIONS] [CC]...`: downloads flags and reports each as it finishes.

use std::num::NonZeroUsize;
use std::sync::Arc;

use anyhow::Context;
use parking_lot::Mutex;

use super::Exit;
use super::open_endpoint::OpenEndpoint;
use super::timeline_output::{self, TimelineOutput};
use crate::cli::{self, DownloadArgs};
use crate::country;
use crate::downloader::Mode;
use crate::endpoint::Endpoint;
use crate::fetch::FetchError;
use crate::flag::save_flag::Destination;
use crate::flag::{Existing, Failure, Outcome, Status};
use crate::output::terminal::stderr;
use crate::output::{Format, Reporter, Verbosity};
use crate::run::{Plan, Summary};
use crate::system::signals::Shutdown;
#[cfg(unix)]
use crate::system::suspend;
use crate::system::{limits, runtime};

pub(super) fn run(args: DownloadArgs) -> anyhow::Result<Exit> {
    let timeline = args.timeline.as_ref();
    timeline_output::check(timeline, args.json, args.quiet)?;
    let server = cli::server(args.server.clone(), Endpoint::remote())?;
    let endpoint = OpenEndpoint::open(server, &args.weather)?;
    // `--cacert` and `--timeline` may be pipes, and opening one may block. Signals are not handled
    // yet, so they end the process.
    let mut plan = plan(&args, &endpoint)?;
    let timeline_output = TimelineOutput::open(timeline)?;
    let runtime = runtime::start()?;
    // From here on there are temporary files, which a signal must not leave behind.
    let shutdown = Shutdown::on_signal(runtime.handle()).context("cannot watch for signals")?;
    let format = match args.json {
        true => Format::Json,
        false if timeline_output::takes_stdout(timeline) => Format::Nothing,
        false => Format::Text,
    };
    let verbosity = match (args.quiet, args.verbose) {
        (true, _) => Verbosity::Quiet,
        (_, true) => Verbosity::Verbose,
        _ => Verbosity::Normal,
    };

    let at_once = plan.jobs.get().min(plan.codes.len());
    if let Err(few) = limits::check(at_once, endpoint.origin.is_some()) {
        plan.jobs = NonZeroUsize::new(few.jobs).unwrap_or(NonZeroUsize::MIN);
        stderr::error(&few.to_string());
    }
    let reporter = Arc::new(Mutex::new(Reporter::new(format, verbosity, plan.codes.len())));
    #[cfg(unix)]
    if reporter.lock().has_bar() {
        let reporter = reporter.clone();
        suspend::on_suspend(runtime.handle(), move || reporter.lock().suspend_process())?;
    }
    let summary = plan.run(runtime.handle(), &shutdown, {
        let reporter = reporter.clone();
        move |outcome| reporter.lock().report(outcome)
    })?;
    let reported = reporter.lock().finish(&summary).context("cannot write to stdout");
    let drawn = timeline_output.write(&summary);
    let is_direct = endpoint.origin.is_none() && !plan.fetch.proxies.apply_to(&plan.base);
    if is_direct && is_unreachable(&summary) {
        stderr::error("no response from the server; without a network, try --server local");
    }
    let may_hint = !args.quiet && !args.json && !args.selection.every;
    if may_hint && summary.outcomes.iter().any(is_unlisted) {
        stderr::error("to find a country's code, see flags --list");
    }
    reported.and(drawn)?;
    Ok(match summary.interrupted_by {
        Some(signal) => Exit::Stopped(signal),
        None if summary.is_complete() => Exit::Complete,
        None => Exit::Incomplete,
    })
}

fn plan(args: &DownloadArgs, endpoint: &OpenEndpoint) -> anyhow::Result<Plan> {
    let codes = args.selection.codes();
    Ok(Plan {
        mode: args.mode,
        jobs: args.mode.jobs(args.jobs.unwrap_or_else(|| Mode::default_jobs(codes.len()))),
        codes,
        base: endpoint.base.clone(),
        destination: Destination::open(&args.dest)?,
        existing: match (args.skip_existing, args.update) {
            (true, _) => Existing::Skip,
            (_, true) => Existing::Update,
            _ => Existing::Replace,
        },
        order: args.order,
        fetch: endpoint.fetch_options(&args.request)?,
    })
}

/// Whether every flag failed without a response: no address, no connection, or a timeout.
fn is_unreachable(summary: &Summary) -> bool {
    use FetchError::{Connect, Timeout, Unresolved};
    let has_no_response = |outcome: &Outcome| match &outcome.status {
        Status::Failed(Failure::Fetch(Connect(_) | Unresolved(_) | Timeout(_))) => {
            outcome.head_at.is_none()
        }
        _ => false,
    };
    !summary.outcomes.is_empty() && summary.outcomes.iter().all(has_no_response)
}

/// Whether the server has no flag for a code that is in no list.
fn is_unlisted(outcome: &Outcome) -> bool {
    matches!(outcome.status, Status::NotFound) && !country::ALL.contains(&outcome.code)
}
