//! `flags compare`: times the modes against each other and reports the results.

use std::path::PathBuf;

use anyhow::Context;

use super::Exit;
use super::open_endpoint::OpenEndpoint;
use crate::cli::{self, CompareArgs, usage_error};
use crate::compare::{Measured, RealRunner, Results, Setup, Verdict, run_rounds};
use crate::endpoint::{Endpoint, Preset};
use crate::output::comparison::{self, Stream};
use crate::output::export::{Exporter, Exports, is_same, is_stdout};
use crate::output::terminal::rounds_bar::RoundsBar;
use crate::output::terminal::stderr;
use crate::system::signals::Shutdown;

/// Runs the comparison and reports it. After an early end, it reports what was measured until then.
///
/// # Errors
/// An export cannot be written; a run could not start, or a flag failed and the failure was not
/// injected; a usage error if arguments contradict each other.
pub(super) fn run(args: CompareArgs) -> anyhow::Result<Exit> {
    let codes = args.selection.codes();
    let contenders = args.contenders(codes.len());
    let reference = args.reference(&contenders).map_err(usage_error)?;
    let min_speedups = args.min_speedups(&contenders).map_err(usage_error)?;
    let max_runs = args.max_runs().map_err(usage_error)?;
    let wanted = exports(&args)?;
    let stdout_is_taken = wanted.iter().any(|(_, path)| is_stdout(path));
    let stream = if stdout_is_taken { Stream::Stderr } else { Stream::Stdout };
    let server = cli::server(args.server, Endpoint::Embedded(Preset::Delay))?;
    let name = server.to_string();
    let endpoint = OpenEndpoint::open(server, &args.weather)?;
    let setup = Setup {
        server: name,
        weather: endpoint.weather.clone(),
        codes,
        contenders,
        reference,
        warmup: args.warmup as usize,
        runs: args.runs.get(),
        max_runs,
        min_speedups,
    };
    let fetch = endpoint.fetch_options(&args.request)?;
    let (exports, shutdown) = Shutdown::on_signal(|| Exports::open(wanted))?;
    let base = endpoint.base.clone();
    let origin = endpoint.origin.as_ref();
    let runner = RealRunner { setup: &setup, base, fetch, origin, shutdown: shutdown.clone() };
    let bar = RoundsBar::new(&setup, args.quiet);
    let run = |round, contender| {
        bar.run_started(round, contender);
        let sample = runner.run(round, contender);
        bar.bar.inc(1);
        sample
    };
    let round_finished = |measured: &Measured| exports.update(&Results::new(&setup, measured));
    let mut measured = Measured::default();
    let result = run_rounds(&setup, &mut measured, run, round_finished);
    bar.bar.finish_and_clear();
    let results = Results::new(&setup, &measured);
    let exported = exports.finish(&results);
    let exit = match (&result, shutdown.signal()) {
        (Ok(()), None) => report_verdicts(&results, args.quiet),
        _ => Exit::Incomplete,
    };
    let shown = match args.quiet {
        true => Ok(()),
        false => comparison::show(&results, stream).context("cannot write the table"),
    };
    super::end(&shutdown, result.and(exported).and(shown).map(|()| exit))
}

/// The exports on the command line, with their targets.
fn exports(args: &CompareArgs) -> anyhow::Result<Vec<(Exporter, PathBuf)>> {
    let mut wanted: Vec<(Exporter, PathBuf)> = Vec::new();
    for (exporter, path) in args.exports() {
        let Some(path) = path else { continue };
        if wanted.iter().any(|(_, other)| is_same(other, path)) {
            let path = path.display();
            return Err(usage_error(format!("two exports can't both go to {path}")));
        }
        wanted.push((exporter, path.clone()));
    }
    Ok(wanted)
}

/// Prints the verdict of each `--min-speedup` on stderr. If `quiet`, prints only failures.
fn report_verdicts(results: &Results, quiet: bool) -> Exit {
    let mut exit = Exit::Complete;
    for check in &results.checks {
        if check.verdict() == Verdict::Failed {
            stderr::error(&check.to_string());
            exit = Exit::Incomplete;
        } else if !quiet {
            comparison::note(&check.to_string());
        }
    }
    exit
}
