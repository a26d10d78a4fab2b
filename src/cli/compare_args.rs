//! `flags compare`, as a person types it.

use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};

use super::{RequestArgs, SelectionArgs, WeatherArgs};
use crate::compare::MinSpeedup;
use crate::downloader::Mode;
use crate::endpoint::Endpoint;

/// Time the modes against each other
///
/// Each round downloads the flags once in every mode, in an order that changes from round to round, each time
/// with a fresh client and into a fresh temporary folder. How many times as fast a mode is, is the median of
/// the ratios within each round, with a 95 % bootstrap interval. Without any argument, it takes about half a
/// minute and no network.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit status: 0 all is well, 1 a mode is clearly slower than --min-speedup asks, a \
                  flag failed though the weather did not ask for it, it could not start, or an export \
                  not be written, 2 a usage error, 129, 130, 131 or 143 ended by SIGHUP, SIGINT, \
                  SIGQUIT or SIGTERM."
)]
pub struct CompareArgs {
    #[command(flatten)]
    pub selection: SelectionArgs,

    /// The modes to compare, with commas between them; each is taken once
    #[arg(
        long,
        value_name = "LIST",
        value_enum,
        action = ArgAction::Set,
        value_delimiter = ',',
        ignore_case = true,
        default_value = list(Mode::value_variants())
    )]
    modes: Vec<Mode>,

    /// Rounds that count
    #[arg(short = 'n', long, value_name = "N", default_value = "10", value_parser = super::value_parsers::at_least_one, allow_negative_numbers = true)]
    pub runs: usize,

    /// Rounds before those, whose times are thrown away
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub warmup: usize,

    /// The mode that speedups are relative to [default: seq, or the first of --modes where seq is not among them]
    #[arg(long, value_name = "MODE", value_enum, ignore_case = true, hide_possible_values = true)]
    reference: Option<Mode>,

    /// Fail if a mode is clearly less than X times as fast as the reference: if its whole interval lies below; may be given several times
    #[arg(long, value_name = "MODE=X")]
    pub min_speedup: Vec<MinSpeedup>,

    #[command(flatten)]
    pub request: RequestArgs,

    /// local, delay or error, each an origin started inside this process, which needs no network; remote, which is the book's site; or any base URL [env: FLAGS_SERVER] [default: delay]
    #[arg(short, long, value_name = "SERVER")]
    pub server: Option<Endpoint>,

    /// Print nothing but errors; exports are written all the same
    #[arg(short, long)]
    pub quiet: bool,

    /// Write the results as JSON that hyperfine's readers take, anew after each round; - is stdout, the table then goes to stderr
    #[arg(long, value_name = "FILE", help_heading = "Exports")]
    pub export_json: Option<PathBuf>,

    /// Write a CSV row for each mode; - is stdout
    #[arg(long, value_name = "FILE", help_heading = "Exports")]
    pub export_csv: Option<PathBuf>,

    /// Write a Markdown table, as for "$GITHUB_STEP_SUMMARY"; - is stdout
    #[arg(long, value_name = "FILE", help_heading = "Exports")]
    pub export_markdown: Option<PathBuf>,

    #[command(flatten)]
    pub weather: WeatherArgs,
}

impl CompareArgs {
    /// The modes, each once, in the order in which they were typed.
    pub fn modes(&self) -> Vec<Mode> {
        let mut modes = Vec::new();
        for mode in &self.modes {
            if !modes.contains(mode) {
                modes.push(*mode);
            }
        }
        modes
    }

    /// The mode that speedups are relative to: what was typed; `seq`; or the first, where `seq` is not compared.
    ///
    /// # Errors
    /// A sentence, where what was typed is not compared.
    pub fn reference(&self) -> Result<Mode, String> {
        let modes = self.modes();
        match self.reference {
            Some(mode) if modes.contains(&mode) => Ok(mode),
            Some(mode) => Err(format!("--reference {mode} is not among --modes {}", list(&modes))),
            None => Ok(modes.iter().copied().find(|mode| *mode == Mode::Seq).unwrap_or(modes[0])),
        }
    }

    /// # Errors
    /// A sentence, where a speedup is asked of a mode that is not compared.
    pub fn check_min_speedups(&self) -> Result<(), String> {
        let modes = self.modes();
        match self.min_speedup.iter().find(|gate| !modes.contains(&gate.mode())) {
            Some(gate) => Err(format!(
                "--min-speedup {gate}: {} is not among --modes {}",
                gate.mode(),
                list(&modes)
            )),
            None => Ok(()),
        }
    }
}

fn list(modes: &[Mode]) -> String {
    modes.iter().map(Mode::to_string).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use clap::{Command, FromArgMatches};

    use super::*;

    fn parse(words: &str) -> Result<CompareArgs, clap::Error> {
        let command = CompareArgs::augment_args(Command::new("test").no_binary_name(true));
        CompareArgs::from_arg_matches(&command.try_get_matches_from(words.split_whitespace())?)
    }

    #[test]
    fn each_mode_is_taken_once_in_the_order_of_typing() {
        let modes = |words| parse(words).unwrap().modes();
        assert_eq!(modes("--modes async,seq,ASYNC,seq"), [Mode::Async, Mode::Seq]);
        assert_eq!(modes(""), Mode::value_variants());
        for words in ["--modes fast", "--modes seq,,async", "--modes ,", "--modes="] {
            assert!(parse(words).is_err(), "{words}");
        }
    }

    #[test]
    fn the_reference_is_what_was_typed_or_seq_or_the_first() {
        let reference = |words| parse(words).unwrap().reference();
        assert_eq!(reference(""), Ok(Mode::Seq));
        assert_eq!(reference("--modes async,seq"), Ok(Mode::Seq));
        assert_eq!(reference("--modes async,threads"), Ok(Mode::Async));
        assert_eq!(reference("--reference rayon"), Ok(Mode::Rayon));
        let told = "--reference seq is not among --modes async,threads";
        assert_eq!(reference("--modes async,threads --reference seq"), Err(told.into()));
    }

    #[test]
    fn a_speedup_can_be_asked_of_each_mode_that_is_compared() {
        let check = |words| parse(words).unwrap().check_min_speedups();
        assert_eq!(check("--min-speedup threads=5 --min-speedup async=7.5"), Ok(()));
        let told = "--min-speedup rayon=5: rayon is not among --modes seq,threads";
        assert_eq!(check("--modes seq,threads --min-speedup rayon=5"), Err(told.into()));
    }
}
