//! `flags compare`: times the modes against each other, and reports what that says.

use std::path::PathBuf;

use anyhow::Context;

use super::Exit;
use super::download::fetch_options;
use super::open_endpoint::Site;
use crate::cli::{self, CompareArgs, usage_error};
use crate::compare::{
    Ending, Findings, Live, Measured, MinSpeedup, Round, Sample, Setup, Verdict, Watch, conduct,
};
use crate::downloader::Mode;
use crate::output::comparison::{self, RoundsBar, Stream};
use crate::output::export::{Csv, Exporter, Exports, Json, Markdown, is_same, is_stdout};
use crate::output::stderr;
use crate::runtime;
use crate::shutdown::Stop;

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
    let site = Site::open(server, &args.weather)?;
    let setup = Setup {
        server: name,
        weather: site.weather.clone(),
        jobs: args.request.jobs.unwrap_or_else(|| Mode::default_jobs(codes.len())),
        codes,
        modes,
        reference,
        warmup: args.warmup,
        runs: args.runs,
    };
    let fetch = fetch_options(&args.request, site.proxies())?;
    let runtime = runtime::start()?;
    let stop = Stop::on_signal(runtime.handle()).context("cannot watch for signals")?;
    let exports = Exports::open(wanted, &Findings::new(&setup, &Measured::default()))?;
    let base = site.base.clone();
    let mut live = Live { setup: &setup, base, fetch, origin: site.origin.as_ref(), stop };
    let mut onlookers =
        Onlookers { setup: &setup, bar: RoundsBar::new(&setup, args.quiet), exports };

    let (measured, result) = conduct(&setup, &mut live, &mut onlookers);
    onlookers.bar.finish();
    let findings = Findings::new(&setup, &measured);
    let exported = onlookers.exports.finish(&findings);
    if !args.quiet {
        comparison::show(&findings, stream).context("cannot write the table")?;
    }
    exported?;
    match result {
        Ok(()) => Ok(judge(&args.min_speedup, &findings, args.quiet)),
        Err(Ending::Stopped(signal)) => Ok(Exit::Stopped(signal)),
        Err(Ending::Failed(error)) => Err(error),
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
fn judge(gates: &[MinSpeedup], findings: &Findings, quiet: bool) -> Exit {
    let mut exit = Exit::Complete;
    for gate in gates {
        let Some(speedup) = findings.of(gate.mode()).and_then(|mode| mode.speedup.as_ref()) else {
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
struct Onlookers<'a> {
    setup: &'a Setup,
    bar: RoundsBar,
    exports: Exports,
}

impl Watch for Onlookers<'_> {
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
        self.exports.update(&Findings::new(self.setup, measured))
    }
}
