//! The command line of `flags compare`.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{ArgAction, Args, ValueHint};

use super::fetch_args::at_least_one;
use super::{RequestArgs, SelectionArgs, WeatherArgs, printable};
use crate::compare::{Contender, MinSpeedup};
use crate::downloader::Mode;
use crate::endpoint::{Endpoint, EndpointParser};
use crate::output::export::{Exporter, csv, html, json, markdown, svg};

/// Time the modes against each other
///
/// Each round downloads the flags once in every mode, in an order that changes from round to round,
/// each time with a fresh client and into a fresh temporary folder. A speedup is the Hodges-Lehmann
/// estimate of the paired per-round ratios: the median of the geometric means of all pairs of
/// rounds, with the 95 % interval of the Wilcoxon signed-rank test. Without arguments, a comparison
/// takes about half a minute and needs no network. If an export goes to stdout, the table goes to
/// stderr.
#[derive(Debug, Args)]
#[command(after_help = "Exit status: 0 done; 1 a mode clearly missed its --min-speedup, a flag \
                  failed and the failure was not injected, the comparison could not start, or an \
                  export could not be written; 2 a usage error; 129, 130, 131 or 143 ended by \
                  SIGHUP, SIGINT, SIGQUIT or SIGTERM.")]
pub struct CompareArgs {
    #[command(flatten)]
    pub selection: SelectionArgs,

    /// Modes to compare, separated by commas
    #[arg(long, value_name = "LIST", value_enum, ignore_case = true, value_delimiter = ',')]
    #[arg(action = ArgAction::Set, default_value = "seq,threads,rayon,async")]
    modes: Vec<Mode>,

    /// Maximum number of concurrent requests; with several numbers, as in 1,5,20, each mode but seq
    /// runs once per number, as threads@1, threads@5 and so on [default: the number of flags, at
    /// most 32]
    #[arg(short, long, visible_alias = "max-req", value_name = "LIST", value_delimiter = ',')]
    #[arg(action = ArgAction::Set, value_parser = at_least_one, allow_negative_numbers = true)]
    jobs: Vec<NonZeroUsize>,

    /// Number of measured rounds
    #[arg(short = 'n', long, value_name = "N", default_value = "10")]
    #[arg(value_parser = at_least_one, allow_negative_numbers = true)]
    pub runs: NonZeroUsize,

    /// Number of warm-up rounds before the measured ones; their times are discarded
    #[arg(long, value_name = "N", default_value = "1", allow_negative_numbers = true)]
    pub warmup: u32,

    /// Double the rounds until every --min-speedup is decided, or N rounds are done; the intervals
    /// are widened for the repeated checks. Needs --min-speedup [default: same as --runs]
    #[arg(long, requires = "min_speedup", value_name = "N")]
    #[arg(value_parser = at_least_one, allow_negative_numbers = true)]
    max_runs: Option<NonZeroUsize>,

    /// Mode that speedups are relative to [default: seq if compared, otherwise the first mode]
    #[arg(long, value_name = "MODE[@JOBS]")]
    reference: Option<String>,

    /// Fail if MODE is clearly less than X times as fast as the reference: the whole interval of
    /// its speedup lies below X. May be repeated
    #[arg(long, value_name = "MODE[@JOBS]=X", value_parser = min_speedup)]
    min_speedup: Vec<(String, f64)>,

    #[command(flatten)]
    pub request: RequestArgs,

    /// Server to download from: one of these names, or an http or https base URL [env:
    /// FLAGS_SERVER] [default: delay]
    #[arg(short, long, value_name = "SERVER", value_parser = EndpointParser)]
    pub server: Option<Endpoint>,

    /// Print errors only; exports are still written
    #[arg(short, long)]
    pub quiet: bool,

    /// Write the results as JSON that hyperfine's scripts can read, updated after each round; - is
    /// stdout
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Exports")]
    export_json: Option<PathBuf>,

    /// Write a CSV row per mode and number of jobs; - is stdout
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Exports")]
    export_csv: Option<PathBuf>,

    /// Write a Markdown table, for example to "$GITHUB_STEP_SUMMARY"; - is stdout
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Exports")]
    export_markdown: Option<PathBuf>,

    /// Write a self-contained page with timelines, charts and tables; - is stdout
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Exports")]
    export_html: Option<PathBuf>,

    /// Write the timelines alone, as SVG; - is stdout
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Exports")]
    export_svg: Option<PathBuf>,

    #[command(flatten, next_help_heading = "Weather (with --server local, delay or error)")]
    pub weather: WeatherArgs,
}

impl CompareArgs {
    /// The formats in which results can be exported, each with the file that was given for it.
    pub(crate) fn exports(&self) -> [(Exporter, &Option<PathBuf>); 5] {
        [
            (json::export, &self.export_json),
            (csv::export, &self.export_csv),
            (markdown::export, &self.export_markdown),
            (html::export, &self.export_html),
            (svg::export, &self.export_svg),
        ]
    }

    /// The contenders: every mode with every number of jobs. `flags` is the number of flags to
    /// download.
    pub fn contenders(&self, flags: usize) -> Vec<Contender> {
        match self.jobs[..] {
            [] => Contender::all(&self.modes, &[Mode::default_jobs(flags)]),
            _ => Contender::all(&self.modes, &self.jobs),
        }
    }

    /// The contender that speedups are relative to.
    ///
    /// # Errors
    /// A message if `--reference` matches none of `contenders`, or several.
    pub fn reference(&self, contenders: &[Contender]) -> Result<Contender, String> {
        match &self.reference {
            Some(name) => find(name, contenders).map_err(|why| format!("--reference {why}")),
            None => {
                let seq = contenders.iter().find(|contender| contender.mode == Mode::Seq);
                Ok(*seq.unwrap_or(&contenders[0]))
            }
        }
    }

    /// The speedups to check.
    ///
    /// # Errors
    /// A message if a `--min-speedup` matches none of `contenders`, or several.
    pub fn min_speedups(&self, contenders: &[Contender]) -> Result<Vec<MinSpeedup>, String> {
        let check = |(name, factor): &(String, f64)| {
            let contender = find(name, contenders).map_err(|why| format!("--min-speedup {why}"))?;
            Ok(MinSpeedup { contender, factor: *factor })
        };
        self.min_speedup.iter().map(check).collect()
    }

    /// The maximum number of measured rounds.
    ///
    /// # Errors
    /// A message if it is less than `--runs`.
    pub fn max_runs(&self) -> Result<usize, String> {
        match self.max_runs {
            Some(max) if max < self.runs => {
                Err(format!("--max-runs {max} is less than --runs {}", self.runs))
            }
            max => Ok(max.unwrap_or(self.runs).get()),
        }
    }
}

/// The contender of this `name`: `threads`, or `threads@5` if the mode alone is ambiguous.
///
/// # Errors
/// A message if no contender has this name, or if several match it.
fn find(name: &str, contenders: &[Contender]) -> Result<Contender, String> {
    let is_meant = |contender: &&Contender| {
        let (mode, jobs) = (contender.mode, contender.jobs);
        [mode.to_string(), format!("{mode}@{jobs}")].contains(&name.to_lowercase())
    };
    let found: Vec<_> = contenders.iter().filter(is_meant).copied().collect();
    let (problem, choice) = match found[..] {
        [contender] => return Ok(contender),
        [] => ("not compared", contenders),
        _ => ("ambiguous", &found[..]),
    };
    let choice: Vec<_> = choice.iter().map(Contender::to_string).collect();
    Err(format!("{} is {problem}; choose from {}", printable(name), choice.join(", ")))
}

/// Parses the value of `--min-speedup`: `threads=5` or `threads@5=3`.
fn min_speedup(text: &str) -> Result<(String, f64), &'static str> {
    let (name, factor) =
        text.split_once('=').ok_or("expected a mode and a number, as in threads=5")?;
    match factor.parse::<f64>() {
        Ok(factor) if factor.is_finite() && factor > 0.0 => Ok((name.into(), factor)),
        _ => Err("expected a number above 0, as in threads=5 or threads=2.5"),
    }
}

#[cfg(test)]
mod tests {
    use clap::{Command, FromArgMatches};

    use super::*;

    fn parse(words: &str) -> Result<CompareArgs, clap::Error> {
        let command = CompareArgs::augment_args(Command::new("test").no_binary_name(true));
        CompareArgs::from_arg_matches(&command.try_get_matches_from(words.split_whitespace())?)
    }

    fn names(words: &str) -> Vec<String> {
        parse(words).unwrap().contenders(20).iter().map(Contender::to_string).collect()
    }

    #[test]
    fn modes_are_compared_in_the_given_order_without_duplicates() {
        assert_eq!(names("--modes async,seq,ASYNC,seq"), ["async", "seq"]);
        for words in ["--modes fast", "--modes seq,,async", "--modes ,", "--modes="] {
            assert!(parse(words).is_err(), "{words}");
        }
    }

    #[test]
    fn each_number_of_jobs_is_compared() {
        let modes = "--modes seq,threads,async";
        assert_eq!(names(&format!("{modes} -j 5")), ["seq", "threads", "async"]);
        let expected = ["seq", "threads@1", "threads@20", "async@1", "async@20"];
        assert_eq!(names(&format!("{modes} --jobs 1,20")), expected);
        for words in ["--jobs 0", "--jobs 1,,2", "--jobs -1", "-j 1,x", "--jobs="] {
            assert!(parse(words).is_err(), "{words}");
        }
    }

    #[test]
    fn the_default_number_of_jobs_is_that_of_the_flags_up_to_32() {
        let jobs = |flags| parse("").unwrap().contenders(flags)[1].jobs.get();
        assert_eq!((jobs(3), jobs(194)), (3, 32));
    }

    fn reference(words: &str) -> Result<String, String> {
        let args = parse(words).unwrap();
        args.reference(&args.contenders(20)).map(|contender| contender.to_string())
    }

    #[test]
    fn the_reference_is_the_given_one_or_seq_or_the_first() {
        assert_eq!(reference("").unwrap(), "seq");
        assert_eq!(reference("--modes async,seq").unwrap(), "seq");
        assert_eq!(reference("--modes async,threads").unwrap(), "async");
        assert_eq!(reference("--reference rayon").unwrap(), "rayon");
        assert_eq!(reference("--jobs 1,5 --reference rayon@5").unwrap(), "rayon@5");
        assert_eq!(
            reference("--modes async,threads --reference seq").unwrap_err(),
            "--reference seq is not compared; choose from async, threads"
        );
    }

    #[test]
    fn a_name_finds_the_contender_with_that_mode_and_those_jobs() {
        let find = |name| reference(&format!("--modes seq,threads --jobs 5,20 --reference {name}"));
        assert_eq!(find("seq"), Ok("seq".into()));
        assert_eq!(find("seq@1"), Ok("seq".into()));
        assert_eq!(find("Threads@20"), Ok("threads@20".into()));
        let ambiguous = "--reference threads is ambiguous; choose from threads@5, threads@20";
        assert_eq!(find("threads"), Err(ambiguous.into()));
        let unknown =
            "--reference threads@6 is not compared; choose from seq, threads@5, threads@20";
        assert_eq!(find("threads@6"), Err(unknown.into()));
        for name in ["fast", "threads@", "threads@0", "@20"] {
            assert!(find(name).unwrap_err().contains("is not compared; choose"), "{name}");
        }
    }

    #[test]
    fn a_speedup_can_be_checked_for_each_compared_mode() {
        let check = |words| {
            let args = parse(words).unwrap();
            args.min_speedups(&args.contenders(20))
        };
        let checks = check("-j 5 --min-speedup threads=5 --min-speedup async@5=7.5").unwrap();
        let checks: Vec<_> =
            checks.iter().map(|check| (check.contender.to_string(), check.factor)).collect();
        assert_eq!(checks, [("threads".into(), 5.0), ("async".into(), 7.5)]);
        assert_eq!(
            check("--modes seq,threads --min-speedup rayon=5").unwrap_err(),
            "--min-speedup rayon is not compared; choose from seq, threads"
        );
    }

    #[test]
    fn max_runs_is_at_least_runs_and_by_default_the_same() {
        let max_runs = |words| parse(words).unwrap().max_runs();
        assert_eq!(max_runs("--runs 7"), Ok(7));
        assert_eq!(max_runs("--min-speedup threads=5 --max-runs 40"), Ok(40));
        let message = "--max-runs 5 is less than --runs 10";
        assert_eq!(max_runs("--min-speedup threads=5 --max-runs 5"), Err(message.into()));
        assert!(parse("--max-runs 40").is_err(), "nothing could be undecided");
    }
    #[test]
    fn an_invalid_minimum_speedup_says_what_is_expected() {
        let form = "expected a mode and a number, as in threads=5";
        let factor = "expected a number above 0, as in threads=5 or threads=2.5";
        for (text, error) in [
            ("threads", form),
            ("", form),
            ("threads=", factor),
            ("threads=0", factor),
            ("threads=-0", factor),
            ("threads=-5", factor),
            ("threads=NaN", factor),
            ("threads=inf", factor),
            ("threads=5x", factor),
        ] {
            assert_eq!(min_speedup(text), Err(error), "{text}");
        }
    }
}
