//! What a comparison times: a mode with a number of jobs.

use std::fmt;
use std::num::NonZeroUsize;

use serde::{Serialize, Serializer};

use crate::downloader::Mode;

/// A mode with its maximum number of concurrent requests. Each round runs every contender once.
///
/// Its name is the mode, followed by the number of jobs if the comparison has several such numbers:
/// `threads`, `threads@5`. `seq` always has one job and no number in its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Contender {
    pub mode: Mode,
    /// The maximum number of concurrent requests.
    pub jobs: NonZeroUsize,
    jobs_in_name: bool,
}

impl Contender {
    /// Every mode with every number of jobs, mode by mode; `seq` once.
    ///
    /// Duplicates in either list are left out.
    pub fn all(modes: &[Mode], jobs: &[NonZeroUsize]) -> Vec<Contender> {
        let jobs_in_name = jobs.iter().any(|other| *other != jobs[0]);
        let mut all = Vec::new();
        for (mode, asked) in modes.iter().flat_map(|mode| jobs.iter().map(move |n| (*mode, *n))) {
            let jobs_in_name = jobs_in_name && mode != Mode::Seq;
            let contender = Contender { mode, jobs: mode.jobs(asked), jobs_in_name };
            if !all.contains(&contender) {
                all.push(contender);
            }
        }
        all
    }
}

/// The name: `threads` or `threads@5`.
impl fmt::Display for Contender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.jobs_in_name {
            true => write!(f, "{}@{}", self.mode, self.jobs),
            false => write!(f, "{}", self.mode),
        }
    }
}

impl Serialize for Contender {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::fixtures::contenders;

    fn names(modes: &[Mode], jobs: &[usize]) -> Vec<String> {
        contenders(modes, jobs).iter().map(Contender::to_string).collect()
    }

    #[test]
    fn each_mode_but_seq_competes_once_per_number_of_jobs() {
        let names = names(&[Mode::Seq, Mode::Threads, Mode::Async], &[1, 5]);
        assert_eq!(names, ["seq", "threads@1", "threads@5", "async@1", "async@5"]);
    }

    #[test]
    fn a_single_number_of_jobs_is_not_part_of_the_name() {
        assert_eq!(names(&[Mode::Threads, Mode::Seq], &[5, 5]), ["threads", "seq"]);
        let jobs: Vec<_> =
            contenders(&[Mode::Threads, Mode::Seq], &[5]).iter().map(|c| c.jobs.get()).collect();
        assert_eq!(jobs, [5, 1]);
    }

    #[test]
    fn duplicates_compete_once() {
        assert_eq!(names(&[Mode::Async, Mode::Seq, Mode::Async], &[2]), ["async", "seq"]);
        assert_eq!(names(&[Mode::Async], &[2, 3, 2]), ["async@2", "async@3"]);
    }
}
