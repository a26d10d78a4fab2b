//! `flags [OPTIONS] [CC]...`: downloads flags and reports each as it finishes.

use std::sync::{Arc, Mutex};

use anyhow::{Context, anyhow};

use super::Exit;
use super::open_endpoint::OpenEndpoint;
use crate::cli::{self, DownloadArgs, Timeline};
use crate::country;
use crate::downloader::Mode;
use crate::endpoint::Endpoint;
use crate::fetch::Kind;
use crate::flag::save_flag::Destination;
use crate::flag::{Existing, Outcome, Status};
use crate::numbers::{counted, time};
use crate::output::export::{Target, is_stdout};
use crate::output::terminal::stderr;
use crate::output::timeline::svg::{self, Run};
use crate::output::timeline::text;
use crate::output::timeline::words::in_flight;
use crate::output::{Format, Reporter};
use crate::run::{Plan, Summary};
use crate::system::signals::Shutdown;

/// Why the lock of the reporter can't be poisoned.
const NO_PANIC: &str = "a report does not panic";

pub(super) fn run(args: DownloadArgs) -> anyhow::Result<Exit> {
    let timeline = args.timeline();
    let format = format(&args, timeline.as_ref())?;
    let server = cli::server(args.server.clone(), Endpoint::remote())?;
    let name = server.to_string();
    let endpoint = OpenEndpoint::open(server, &args.weather)?;
    // Files are opened before the first request.
    let open = || Ok((plan(&args, &endpoint)?, timeline.map(Drawing::open).transpose()?));
    let ((plan, drawing), shutdown) = Shutdown::on_signal(open)?;

    let retrying = plan.fetch.retrying.clone();
    let reporter = Reporter::new(format, args.verbose, plan.codes.len(), retrying);
    let reporter = Arc::new(Mutex::new(reporter));
    let summary = plan.run(&shutdown, {
        let reporter = reporter.clone();
        move |outcome| reporter.lock().expect(NO_PANIC).report(outcome)
    })?;
    let mut reporter = reporter.lock().expect(NO_PANIC);
    let reported = reporter.finish(&plan, &summary).context("cannot write to stdout");
    let drawn = drawing.map_or(Ok(()), |drawing| drawing.write(&plan, &summary, &name));
    let is_direct = endpoint.origin.is_none() && !plan.fetch.proxies.apply_to(&plan.base);
    if is_direct && is_unreachable(&summary) {
        stderr::error("no response from the server; without a network, try --server local");
    }
    let may_hint = !args.quiet && !args.json && !args.selection.every;
    if may_hint && summary.outcomes.iter().any(is_unlisted) {
        stderr::error("to find a country's code, see flags --list");
    }
    let exit = if summary.is_complete() { Exit::Complete } else { Exit::Incomplete };
    super::end(&shutdown, reported.and(drawn).map(|()| exit))
}

/// What goes to stdout. A drawing as text shares it with the count, one as SVG with nothing.
///
/// # Errors
/// A usage error if `--json` or `--quiet` excludes the drawing on stdout.
fn format(args: &DownloadArgs, timeline: Option<&Timeline>) -> anyhow::Result<Format> {
    let is_text = matches!(timeline, Some(Timeline::Text));
    let is_svg = matches!(timeline, Some(Timeline::Svg(file)) if is_stdout(file));
    let option = match (args.json, args.quiet) {
        (_, true) if is_text => "--quiet",
        (true, _) if is_text || is_svg => "--json",
        (true, _) => return Ok(Format::Json),
        (_, quiet) if quiet || is_svg => return Ok(Format::Nothing),
        _ => return Ok(Format::Text),
    };
    Err(cli::usage_error(format!(
        "{option} and --timeline exclude each other on stdout; use --timeline=FILE"
    )))
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
        Status::Failed(error) => {
            matches!(error.kind, Kind::Connect | Kind::Timeout) && outcome.trace.head_at.is_none()
        }
        _ => false,
    };
    !summary.outcomes.is_empty() && summary.outcomes.iter().all(has_no_response)
}

/// Whether the server has no flag for a code that is in no list.
fn is_unlisted(outcome: &Outcome) -> bool {
    matches!(outcome.status, Status::NotFound) && !country::ALL.contains(&outcome.code)
}

/// Where the drawing of a run goes.
enum Drawing {
    /// Text on stdout, after the count.
    Text,
    Svg(Target),
}

impl Drawing {
    /// Opens the file.
    ///
    /// # Errors
    /// The file cannot be written.
    fn open(timeline: Timeline) -> anyhow::Result<Drawing> {
        Ok(match timeline {
            Timeline::Text => Drawing::Text,
            Timeline::Svg(file) => Drawing::Svg(Target::open(&file)?),
        })
    }

    /// Draws a run over the flags of `server`, even if it was interrupted.
    ///
    /// # Errors
    /// The drawing can't be written. A closed pipe is not an error.
    fn write(self, plan: &Plan, summary: &Summary, server: &str) -> anyhow::Result<()> {
        let Summary { outcomes, elapsed, .. } = summary;
        match self {
            Drawing::Text => text::show(outcomes, *elapsed).context("cannot write the timeline"),
            Drawing::Svg(target) => {
                let title = format!("{} from {server}", counted(outcomes.len(), "flag", "flags"));
                let name = Run::name_of(plan.mode, plan.jobs);
                let run = Run { name, result: time(*elapsed), outcomes, elapsed: *elapsed };
                target.finish(&svg::document(&title, &in_flight(outcomes, *elapsed), &[run]))
            }
        }
    }
}
