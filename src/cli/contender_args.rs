//! Contenders as named on the command line, and the minimum speedups to check.

use std::fmt;
use std::num::NonZeroUsize;
use std::str::FromStr;

use clap::ValueEnum;

use crate::compare::{Contender, MinSpeedup};
use crate::downloader::Mode;

/// A mode, with a number of jobs if the mode alone is ambiguous: `threads` or `threads@5`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContenderName {
    mode: Mode,
    jobs: Option<NonZeroUsize>,
}

/// The value of `--min-speedup`: `threads=5` or `threads@5=3`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MinSpeedupArg {
    name: ContenderName,
    factor: f64,
}

/// Why a text is not a [`ContenderName`] or a [`MinSpeedupArg`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidContender {
    #[error("expected a mode and a number, as in threads=5")]
    Form,
    #[error("unknown mode {:?}; expected one of {}", .0, list(Mode::value_variants()))]
    Mode(String),
    #[error("expected a number of jobs from 1 after the @, as in threads@5")]
    Jobs,
    #[error("expected a number above 0, as in threads=5 or threads=2.5")]
    Factor,
}

impl ContenderName {
    /// The contender of this name.
    ///
    /// # Errors
    /// A message if no contender has this name, or if several match it.
    pub(super) fn find(self, contenders: &[Contender]) -> Result<Contender, String> {
        let matches = |contender: &&Contender| {
            contender.mode() == self.mode && self.jobs.is_none_or(|jobs| jobs == contender.jobs())
        };
        let found: Vec<_> = contenders.iter().filter(matches).copied().collect();
        match found[..] {
            [contender] => Ok(contender),
            [] => Err(format!("{self} is not compared; choose from {}", list(contenders))),
            _ => Err(format!("{self} is ambiguous; choose from {}", list(&found))),
        }
    }
}

impl MinSpeedupArg {
    /// The speedup to check, for the contender of this name.
    ///
    /// # Errors
    /// The same as [`ContenderName::find`].
    pub(super) fn find(self, contenders: &[Contender]) -> Result<MinSpeedup, String> {
        Ok(MinSpeedup { contender: self.name.find(contenders)?, factor: self.factor })
    }
}

impl FromStr for ContenderName {
    type Err = InvalidContender;

    fn from_str(text: &str) -> Result<Self, InvalidContender> {
        let (mode, jobs) = match text.split_once('@') {
            Some((mode, jobs)) => (mode, Some(jobs)),
            None => (text, None),
        };
        let mode = Mode::from_str(mode, true).map_err(|_| InvalidContender::Mode(mode.into()))?;
        let jobs = jobs.map(super::value_parsers::at_least_one).transpose();
        Ok(ContenderName { mode, jobs: jobs.map_err(|_| InvalidContender::Jobs)? })
    }
}

impl FromStr for MinSpeedupArg {
    type Err = InvalidContender;

    fn from_str(text: &str) -> Result<Self, InvalidContender> {
        let (name, factor) = text.split_once('=').ok_or(InvalidContender::Form)?;
        let name = name.parse()?;
        match factor.parse::<f64>() {
            Ok(factor) if factor.is_finite() && factor > 0.0 => Ok(MinSpeedupArg { name, factor }),
            _ => Err(InvalidContender::Factor),
        }
    }
}

impl fmt::Display for ContenderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.mode)?;
        self.jobs.map_or(Ok(()), |jobs| write!(f, "@{jobs}"))
    }
}

impl fmt::Display for MinSpeedupArg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.name, self.factor)
    }
}

fn list(items: &[impl ToString]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::fixtures;

    #[test]
    fn a_name_finds_the_contender_with_that_mode_and_those_jobs() {
        let contenders = fixtures::contenders(&[Mode::Seq, Mode::Threads], &[5, 20]);
        let find = |name: &str| {
            let found = name.parse::<ContenderName>().unwrap().find(&contenders);
            found.map(|contender| contender.to_string())
        };
        assert_eq!(find("seq"), Ok("seq".into()));
        assert_eq!(find("seq@1"), Ok("seq".into()));
        assert_eq!(find("Threads@20"), Ok("threads@20".into()));
        let ambiguous = "threads is ambiguous; choose from threads@5, threads@20";
        assert_eq!(find("threads"), Err(ambiguous.into()));
        let unknown = "threads@6 is not compared; choose from seq, threads@5, threads@20";
        assert_eq!(find("threads@6"), Err(unknown.into()));
    }

    #[test]
    fn with_a_single_number_of_jobs_the_mode_is_enough() {
        let contenders = fixtures::contenders(&[Mode::Seq, Mode::Threads], &[5]);
        for text in ["threads=2.5", "threads@5=2.5"] {
            let min_speedup = text.parse::<MinSpeedupArg>().unwrap().find(&contenders).unwrap();
            assert_eq!(min_speedup.to_string(), "threads=2.5");
        }
    }

    #[test]
    fn invalid_values_are_refused() {
        use InvalidContender::{Factor, Form, Jobs, Mode};
        for (text, error) in [
            ("threads", Form),
            ("", Form),
            ("fast=5", Mode("fast".into())),
            ("=5", Mode("".into())),
            ("threads@=5", Jobs),
            ("threads@0=5", Jobs),
            ("threads@x=5", Jobs),
            ("threads=", Factor),
            ("threads=0", Factor),
            ("threads=-0", Factor),
            ("threads=-5", Factor),
            ("threads=NaN", Factor),
            ("threads=inf", Factor),
            ("threads=5x", Factor),
        ] {
            assert_eq!(text.parse::<MinSpeedupArg>(), Err(error), "{text}");
        }
    }
}
