//! How many jobs are enough.

use std::num::NonZeroUsize;

use super::Standing;
use crate::downloader::Mode;

/// How many jobs a mode needs that was compared with several numbers of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnoughJobs {
    pub mode: Mode,
    /// The smallest number of jobs that is equally fast as the best one of this mode, if all
    /// smaller ones are slower. Otherwise it is not decided: `None`.
    pub jobs: Option<NonZeroUsize>,
    /// The larger numbers that are equally fast, or slower.
    pub not_faster: Vec<NonZeroUsize>,
}

impl EnoughJobs {
    /// What the `standings` of numbers of jobs, from the smallest to the largest, amount to.
    pub(super) fn new(
        mode: Mode,
        standings: impl Iterator<Item = (NonZeroUsize, Standing)>,
    ) -> EnoughJobs {
        let mut rest = standings.skip_while(|(_, of)| *of == Standing::Slower);
        let first = rest.next().filter(|(_, of)| *of == Standing::EquallyFast);
        let larger = rest.filter(|(_, of)| *of != Standing::NotToldApart);
        let not_faster = larger.map(|(jobs, _)| jobs).collect();
        EnoughJobs { mode, jobs: first.map(|(jobs, _)| jobs), not_faster }
    }
}

#[cfg(test)]
mod tests {
    use super::Standing::{EquallyFast, NotToldApart, Slower};
    use super::*;

    #[test]
    fn the_smallest_number_that_is_equally_fast_is_enough_if_all_smaller_ones_are_slower() {
        for (standings, enough, not_faster) in [
            ([Slower, EquallyFast, EquallyFast], Some(4), vec![8]),
            ([Slower, EquallyFast, Slower], Some(4), vec![8]),
            ([Slower, EquallyFast, NotToldApart], Some(4), vec![]),
            ([EquallyFast, EquallyFast, EquallyFast], Some(2), vec![4, 8]),
            ([Slower, Slower, EquallyFast], Some(8), vec![]),
            ([NotToldApart, EquallyFast, Slower], None, vec![4, 8]),
            ([Slower, NotToldApart, EquallyFast], None, vec![8]),
        ] {
            let jobs = [2, 4, 8].into_iter().filter_map(NonZeroUsize::new);
            let of = EnoughJobs::new(Mode::Threads, jobs.zip(standings));
            assert_eq!(of.jobs.map(NonZeroUsize::get), enough, "{standings:?}");
            let larger: Vec<_> = of.not_faster.iter().map(|jobs| jobs.get()).collect();
            assert_eq!(larger, not_faster, "{standings:?}");
        }
    }
}
