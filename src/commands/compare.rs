//! `flags compare`: times the modes against each other, and reports what that says.

use std::path::PathBuf;

use anyhow::Context;

use super::Exit;
use super::download::fetch_options;
use super::open_endpoint::OpenEndpoint;
use crate::cli::{self, CompareArgs, usage_error};
use crate::compare::{
    Abort, Measured, MinSpeedup, Observer, RealRunner, Results, Round, Sample, Setup, Verdict,
    run_rounds,
};
use crate::downloader::Mode;
use crate::output::comparison::{self, RoundsBar, Stream};
use crate::output::export::{Csv, Exporter, Exports, Json, Markdown, is_same, is_stdout};
use crate::output::stderr;
use crate::runtime;
use crate::shutdown::Shutdown;

/// Goes through the rounds, and reports them: in full, or as far as it got.
///
/// # Errors
/// An export can't be written; a run could not be timed, because of a flag that failed, or because it could
/// not start; a [`UsageError`](cli::UsageError) where what was typed does not go together.
pub(super) fn run(args: CompareArgs) -> anyhow::Result<Exit> {
    let reference = args.reference().map_err(usage_error)?;
    args.check_min_speedups().map_err(usage_error)?;
    let wanted = exports(&args)?;
    let stdout_is_taken = wanted.iter().any(|(_, path)| is_stdout(path));
    let stream = if stdout_is_taken { Stream::Stderr } else { Stream::Stdout };
    let (modes, codes) = (args.modes(), args.selection.codes());
    let server = cli::server(args.server, "delay")?;
    let name = server.to_string();
    let endpoint = OpenEndpoint::open(server, &args.weather)?;
    let mut setup = Setup {
        server: name,
        weather: endpoint.weather.clone(),
        jobs: args.request.jobs.unwrap_or_else(|| Mode::default_jobs(codes.len())),
        codes,
        modes,
        reference,
        warmup: args.warmup,
        runs: args.runs,
    };
    let fetch = fetch_options(&args.request, endpoint.proxies()?)?;
    let runtime = runtime::start()?;
    let stop = Shutdown::on_signal(runtime.handle()).context("cannot watch for signals")?;
    let at_once = setup.jobs.min(setup.codes.len());
    if let Err(few) = runtime::check_open_files(at_once, endpoint.origin.is_some()) {
        setup.jobs = few.jobs;
        stderr::error(&few.to_string());
    }
    let exports = Exports::open(wanted, &Results::new(&setup, &Measured::default()))?;
    let base = endpoint.base.clone();
    let mut live =
        RealRunner { setup: &setup, base, fetch, origin: endpoint.origin.as_ref(), stop };
    let mut observer =
        ProgressAndExports { setup: &setup, bar: RoundsBar::new(&setup, args.quiet), exports };

    let (measured, result) = run_rounds(&setup, &mut live, &mut observer);
    observer.bar.finish();
    let results = Results::new(&setup, &measured);
    let exported = observer.exports.finish(&results);
    if !args.quiet {
        comparison::show(&results, stream).context("cannot write the table")?;
    }
    exported?;
    match result {
        Ok(()) => Ok(check_min_speedups(&args.min_speedup, &results, args.quiet)),
        Err(Abort::Stopped(signal)) => Ok(Exit::Stopped(signal)),
        Err(Abort::Failed(error)) => Err(error),
    }
}

/// The exports that were asked for, with where they go.
fn exports(args: &CompareArgs) -> anyhow::Result<Vec<(Box<dyn Exporter>, PathBuf)>> {
    let all: [(Box<dyn Exporter>, &Option<PathBuf>); 3] = [
        (Box::new(Json), &args.export_json),
        (Box::new(Csv), &args.export_csv),
        (Box::new(Markdown), &args.export_markdown),
    ];
    let mut wanted: Vec<(Box<dyn Exporter>, PathBuf)> = Vec::new();
    for (exporter, path) in all {
        let Some(path) = path else { continue };
        if wanted.iter().any(|(_, other)| is_same(other, path)) {
            let path = path.display();
            return Err(usage_error(format!("two exports can't both go to {path}")));
        }
        wanted.push((exporter, path.clone()));
    }
    Ok(wanted)
}

/// Says of each speedup that was asked for what the interval says about it, and fails if one is clearly
/// missed.
fn check_min_speedups(gates: &[MinSpeedup], results: &Results, quiet: bool) -> Exit {
    let mut exit = Exit::Complete;
    for gate in gates {
        let Some(speedup) = results.of(gate.mode()).and_then(|mode| mode.speedup.as_ref()) else {
            continue;
        };
        let sentence = gate.sentence(speedup);
        match gate.judge(speedup) {
            Verdict::Failed => {
                stderr::error(&sentence);
                exit = Exit::Incomplete;
            }
            Verdict::Passed | Verdict::Inconclusive if quiet => {}
            Verdict::Passed | Verdict::Inconclusive => stderr::line(&stderr::escaped(&sentence)),
        }
    }
    exit
}

/// Whoever wants to know how it gets on.
struct ProgressAndExports<'a> {
    setup: &'a Setup,
    bar: RoundsBar,
    exports: Exports,
}

impl Observer for ProgressAndExports<'_> {
    fn begins(&mut self, round: Round, mode: Mode) {
        self.bar.begins(round, mode);
    }

    fn ended(&mut self, mode: Mode, sample: &Sample) {
        self.bar.ended(mode, sample);
    }

    fn round_ended(&mut self, measured: &Measured) -> anyhow::Result<()> {
        if self.exports.is_empty() {
            return Ok(());
        }
        self.exports.update(&Results::new(self.setup, measured))
    }
}
