//! `flags [OPTIONS] [CC]...`: downloads flags and reports each as it finishes.

use std::sync::{Arc, Mutex};

use anyhow::{Context, anyhow};

use super::Exit;
use super::open_endpoint::OpenEndpoint;
use super::timeline_output::{self, TimelineOutput};
use crate::cli::{self, DownloadArgs};
use crate::country;
use crate::downloader::Mode;
use crate::endpoint::Endpoint;
use crate::fetch::Kind;
use crate::flag::save_flag::Destination;
use crate::flag::{Existing, Failure, Outcome, Status};
use crate::output::terminal::stderr;
use crate::output::{Format, Reporter, Verbosity};
use crate::run::{Plan, Summary};
use crate::system::runtime;
use crate::system::signals::Shutdown;

/// Why the lock of the reporter can't be poisoned.
const NO_PANIC: &str = "a report does not panic";

pub(super) fn run(args: DownloadArgs) -> anyhow::Result<Exit> {
    let timeline = args.timeline();
    timeline_output::check_stdout_is_free(&timeline, args.json, args.quiet)?;
    let server = cli::server(args.server.clone(), Endpoint::remote())?;
    let name = server.to_string();
    let endpoint = OpenEndpoint::open(server, &args.weather)?;
    let format = match args.json {
        true => Format::Json,
        false if timeline_output::takes_stdout(&timeline) => Format::Nothing,
        false => Format::Text,
    };
    let verbosity = match (args.quiet, args.verbose) {
        (true, _) => Verbosity::Quiet,
        (_, true) => Verbosity::Verbose,
        _ => Verbosity::Normal,
    };
    let ((plan, timeline_output), shutdown) =
        Shutdown::on_signal(|| Ok((plan(&args, &endpoint)?, TimelineOutput::open(timeline)?)))?;
    let runtime = runtime::start("runtime").context("cannot start the network runtime")?;

    let retrying = plan.fetch.retrying.clone();
    let reporter = Reporter::new(format, verbosity, plan.codes.len(), retrying);
    let reporter = Arc::new(Mutex::new(reporter));
    let summary = plan.run(runtime.handle(), &shutdown, {
        let reporter = reporter.clone();
        move |outcome| reporter.lock().expect(NO_PANIC).report(outcome)
    })?;
    let mut reporter = reporter.lock().expect(NO_PANIC);
    let reported = reporter.finish(&summary).context("cannot write to stdout");
    let drawn = timeline_output.write(&summary, &name);
    let is_direct = endpoint.origin.is_none() && !plan.fetch.proxies.apply_to(&plan.base);
    if is_direct && is_unreachable(&summary) {
        stderr::error("no response from the server; without a network, try --server local");
    }
    let may_hint = !args.quiet && !args.json && !args.selection.every;
    if may_hint && summary.outcomes.iter().any(is_unlisted) {
        stderr::error("to find a country's code, see flags --list");
    }
    reported.and(drawn)?;
    // A signal counts even if it came after the last flag.
    Ok(match shutdown.signal() {
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
        destination: Destination::open(&args.dest)
            .map_err(|error| anyhow!("{error:#}; choose another with --dest"))?,
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
    let has_no_response = |outcome: &Outcome| match &outcome.status {
        Status::Failed(Failure::Fetch(error)) => {
            matches!(error.kind, Kind::Connect | Kind::Timeout) && outcome.head_at.is_none()
        }
        _ => false,
    };
    !summary.outcomes.is_empty() && summary.outcomes.iter().all(has_no_response)
}

/// Whether the server has no flag for a code that is in no list.
fn is_unlisted(outcome: &Outcome) -> bool {
    matches!(outcome.status, Status::NotFound) && !country::ALL.contains(&outcome.code)
}
