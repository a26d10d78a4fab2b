//! The command line of `flags compare`.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum, ValueHint};

use super::contender_args::{ContenderName, MinSpeedupArg};
use super::value_parsers::{at_least_one, count, whole_number};
use super::{RequestArgs, SelectionArgs, WeatherArgs};
use crate::compare::{Contender, MinSpeedup};
use crate::downloader::Mode;
use crate::endpoint::Endpoint;

/// Time the modes against each other
///
/// Each round downloads the flags once in every mode, in an order that changes from round to round,
/// each time with a fresh client and into a fresh temporary folder. Speedup is the median of the
/// per-round ratios, with a 95 % interval. Without arguments, it takes about half a minute and no
/// network.
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
    #[arg(action = ArgAction::Set, default_value = all_modes())]
    modes: Vec<Mode>,

    /// Maximum number of concurrent requests; with several numbers, as in 1,5,20, each mode but seq
    /// runs once per number [default: the number of flags, at most 32]
    #[arg(short, long, visible_alias = "max-req", value_name = "LIST", value_delimiter = ',')]
    #[arg(action = ArgAction::Set, value_parser = at_least_one, allow_negative_numbers = true)]
    jobs: Vec<NonZeroUsize>,

    /// Number of measured rounds
    #[arg(short = 'n', long, value_name = "N", default_value = "10")]
    #[arg(value_parser = count, allow_negative_numbers = true)]
    pub runs: usize,

    /// Number of warm-up rounds before the measured ones; their times are discarded
    #[arg(long, value_name = "N", default_value = "1")]
    #[arg(value_parser = whole_number::<usize>, allow_negative_numbers = true)]
    pub warmup: usize,

    /// While a --min-speedup is inconclusive, run further blocks of --runs rounds, up to N rounds
    /// in all [default: same as --runs]
    #[arg(long, value_name = "N", value_parser = count, allow_negative_numbers = true)]
    max_runs: Option<usize>,

    /// Mode that speedups are relative to [default: seq if compared, otherwise the first mode]
    #[arg(long, value_name = "MODE[@JOBS]")]
    reference: Option<ContenderName>,

    /// Fail if MODE is clearly less than X times as fast as the reference: if the whole interval of
    /// its speedup lies below X. May be repeated
    #[arg(long, value_name = "MODE[@JOBS]=X")]
    min_speedup: Vec<MinSpeedupArg>,

    #[command(flatten)]
    pub request: RequestArgs,

    /// Server to download from: a name from the list below, or any http or https base URL
    /// [env: FLAGS_SERVER] [default: delay]
    #[arg(short, long, value_name = "SERVER")]
    pub server: Option<Endpoint>,

    /// Print errors only; exports are still written
    #[arg(short, long)]
    pub quiet: bool,

    /// Write the results as JSON that hyperfine's scripts can read, updated after each round; - is
    /// stdout, and the table then goes to stderr
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Exports")]
    pub export_json: Option<PathBuf>,

    /// Write a CSV row per mode and number of jobs; - is stdout
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Exports")]
    pub export_csv: Option<PathBuf>,

    /// Write a Markdown table, for example to "$GITHUB_STEP_SUMMARY"; - is stdout
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Exports")]
    pub export_markdown: Option<PathBuf>,

    /// Write a self-contained page with timelines, charts and tables; - is stdout
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Exports")]
    pub export_html: Option<PathBuf>,

    /// Write the timelines alone, as SVG; - is stdout
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Exports")]
    pub export_svg: Option<PathBuf>,

    #[command(flatten, next_help_heading = "Weather (with --server local, delay or error)")]
    pub weather: WeatherArgs,
}

/// The names of all modes, separated by commas.
fn all_modes() -> String {
    Mode::value_variants().iter().map(Mode::to_string).collect::<Vec<_>>().join(",")
}

impl CompareArgs {
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
        match self.reference {
            Some(name) => name.find(contenders).map_err(|why| format!("--reference {why}")),
            None => {
                let seq = contenders.iter().find(|contender| contender.mode() == Mode::Seq);
                Ok(*seq.unwrap_or(&contenders[0]))
            }
        }
    }

    /// The speedups to check.
    ///
    /// # Errors
    /// A message if a `--min-speedup` matches none of `contenders`, or several.
    pub fn min_speedups(&self, contenders: &[Contender]) -> Result<Vec<MinSpeedup>, String> {
        let find = |arg: &MinSpeedupArg| {
            arg.find(contenders).map_err(|why| format!("--min-speedup {arg}: {why}"))
        };
        self.min_speedup.iter().map(find).collect()
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
            max => Ok(max.unwrap_or(self.runs)),
        }
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
        assert_eq!(names(""), ["seq", "threads", "rayon", "async"]);
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
        let jobs = |flags| parse("").unwrap().contenders(flags)[1].jobs().get();
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
        assert_eq!(
            reference("--jobs 1,5 --reference rayon").unwrap_err(),
            "--reference rayon is ambiguous; choose from rayon@1, rayon@5"
        );
    }

    #[test]
    fn a_speedup_can_be_checked_for_each_compared_mode() {
        let check = |words| {
            let args = parse(words).unwrap();
            args.min_speedups(&args.contenders(20))
        };
        assert_eq!(check("--min-speedup threads=5 --min-speedup async=7.5").unwrap().len(), 2);
        assert_eq!(
            check("--modes seq,threads --min-speedup rayon=5").unwrap_err(),
            "--min-speedup rayon=5: rayon is not compared; choose from seq, threads"
        );
    }

    #[test]
    fn max_runs_is_at_least_runs_and_by_default_the_same() {
        let max_runs = |words| parse(words).unwrap().max_runs();
        assert_eq!(max_runs("--runs 7"), Ok(7));
        assert_eq!(max_runs("--max-runs 40"), Ok(40));
        let message = "--max-runs 5 is less than --runs 10";
        assert_eq!(max_runs("--max-runs 5"), Err(message.into()));
    }
}
