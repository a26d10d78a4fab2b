//! The results of one contender, and how those of one mode compare.

use std::num::NonZeroUsize;

use super::ideal::Delays;
use super::signed_rank;
use super::statistics::{Stats, median};
use super::{Contender, Measured, Sample, Setup, Speedup};
use crate::downloader::Mode;

/// The results of one contender. Times are in seconds.
#[derive(Debug, Clone)]
pub struct ContenderResult<'a> {
    pub contender: Contender,
    /// The runs, in the order of the rounds.
    pub samples: Vec<&'a Sample>,
    pub elapsed: Stats,
    /// CPU time in user mode.
    pub user: Stats,
    /// CPU time in the kernel.
    pub system: Stats,
    /// The median over the runs of (sum of the flags' own times ÷ jobs) ÷ elapsed. At 1, every job
    /// was busy with a flag from start to end.
    pub efficiency: f64,
    /// The number of retries that were not injected, in all runs together.
    pub retries: usize,
    /// `None` if no run has a known ideal time.
    pub ideal: Option<Ideal>,
    /// `None` if no round has both this contender and the reference.
    pub speedup: Option<Speedup>,
    /// Relative to the contender with the lowest median.
    pub standing: Standing,
    /// Whether it is the contender with the lowest median, or equally fast. False for all
    /// contenders if it would be true for all.
    pub fastest: bool,
}

/// The time of a perfect pool with the same delays: see
/// [`Delays::ideal_time`](super::ideal::Delays::ideal_time). It differs from round to round.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ideal {
    /// The median over the runs of the ideal time, in seconds.
    pub seconds: f64,
    /// The median over the runs of ideal time ÷ elapsed: 1 is ideal. A contender that takes the
    /// flags in another order than the pool, as rayon does, can exceed 1.
    pub share: f64,
}

/// How fast a contender is, compared to the best one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The whole interval of the ratio of the times lies within 1 ÷ 1.05 to 1.05.
    EquallyFast,
    /// The whole interval lies above 1.05.
    Slower,
    /// Any other interval, or fewer than two rounds.
    NotToldApart,
}

impl<'a> ContenderResult<'a> {
    /// Evaluates the runs of `contender`. `None` if it has none. The standing is not known yet.
    pub(super) fn new(
        setup: &Setup,
        measured: &'a Measured,
        contender: Contender,
        delays: &[Option<Delays>],
        confidence: f64,
    ) -> Option<ContenderResult<'a>> {
        let samples: Vec<_> = measured.samples(contender).map(|(_, sample)| sample).collect();
        let all = |of: &dyn Fn(&Sample) -> f64| {
            samples.iter().map(|sample| of(sample)).collect::<Vec<_>>()
        };
        let jobs = contender.jobs.get() as f64;
        let efficiency = all(&|sample| sample.busy().as_secs_f64() / jobs / sample.seconds());
        let ratios = measured.ratios(setup.reference, contender);
        Some(ContenderResult {
            contender,
            elapsed: Stats::of(&all(&Sample::seconds))?,
            user: Stats::of(&all(&|sample| sample.cpu.user.as_secs_f64()))?,
            system: Stats::of(&all(&|sample| sample.cpu.system.as_secs_f64()))?,
            efficiency: median(&efficiency)?,
            retries: samples.iter().map(|sample| sample.retries).sum(),
            ideal: Ideal::new(measured, contender, delays),
            speedup: Speedup::new(setup.reference, &ratios, confidence),
            standing: Standing::NotToldApart,
            fastest: false,
            samples,
        })
    }
}

impl Ideal {
    fn new(measured: &Measured, contender: Contender, delays: &[Option<Delays>]) -> Option<Ideal> {
        // The delays of further attempts are not part of the ideal.
        let known = measured.samples(contender).filter_map(|(round, sample)| {
            let delays = delays[round - 1].as_ref().filter(|_| sample.all_at_first_attempt())?;
            Some((delays.ideal_time(contender.jobs).as_secs_f64(), sample))
        });
        let (seconds, shares): (Vec<_>, Vec<_>) =
            known.map(|(ideal, sample)| (ideal, ideal / sample.seconds())).unzip();
        Some(Ideal { seconds: median(&seconds)?, share: median(&shares)? })
    }
}

impl Standing {
    /// The standing of a contender whose times are `ratios` times those of the best one, one ratio
    /// for each round.
    pub(super) fn of(ratios: &[f64], confidence: f64) -> Standing {
        const EQUAL: f64 = 1.05;
        match signed_rank::interval(ratios, confidence) {
            Some(_) if ratios.len() < 2 => Standing::NotToldApart,
            Some(of) if of.low > EQUAL => Standing::Slower,
            Some(of) if of.low >= 1.0 / EQUAL && of.high <= EQUAL => Standing::EquallyFast,
            _ => Standing::NotToldApart,
        }
    }
}

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
    use crate::compare::Results;
    use crate::compare::fixtures::{contender, measured, setup, times};
    use crate::flag::Status;

    fn of<'r>(results: &'r Results, name: &str) -> &'r ContenderResult<'r> {
        let contender = contender(name);
        results.contenders.iter().find(|result| result.contender == contender).unwrap()
    }

    fn near(number: Option<f64>, expected: f64) -> bool {
        number.is_some_and(|number| (number / expected - 1.0).abs() < 1e-9)
    }

    #[test]
    fn a_speedup_is_estimated_from_the_ratios_within_each_round() {
        let setup = setup();
        let measured = measured(&setup, times);
        let results = Results::new(&setup, &measured);
        let threads = of(&results, "threads");
        assert_eq!(results.ratios(threads.contender), [10.0, 15.0, 20.0]);
        let speedup = threads.speedup.unwrap();
        // The pairs in the middle have the geometric means √(10 × 20) and 15.
        assert!(near(Some(speedup.estimate), (200f64.sqrt() * 15.0).sqrt()), "{speedup:?}");
        assert_eq!((speedup.interval.low, speedup.interval.high), (10.0, 20.0));
        let own = of(&results, "seq").speedup.unwrap();
        assert_eq!((own.estimate, own.interval.low, own.interval.high), (1.0, 1.0, 1.0));
    }

    #[test]
    fn efficiency_is_the_flags_own_time_per_job_divided_by_elapsed() {
        let setup = setup();
        let measured = measured(&setup, times);
        let results = Results::new(&setup, &measured);
        let efficiency = |name| Some(of(&results, name).efficiency);
        assert!(near(efficiency("seq"), 0.9) && near(efficiency("rayon"), 0.45));
    }

    #[test]
    fn of_ideal_is_the_median_of_the_ideal_time_divided_by_the_time_of_each_run() {
        let setup = setup();
        let seq = contender("seq");
        let mut measured = measured(&setup, times);
        let ideal = |measured: &Measured| of(&Results::new(&setup, measured), "seq").ideal;
        assert_eq!(ideal(&measured), Some(Ideal { seconds: 0.2, share: 0.2 / 3.0 }));
        for round in [1, 2] {
            measured.samples_mut(seq)[round].outcomes[1].trace.attempts = 2;
        }
        assert_eq!(ideal(&measured), Some(Ideal { seconds: 0.2, share: 0.2 / 2.0 }));
        measured.samples_mut(seq)[0].outcomes[0].status = Status::NotFound;
        assert_eq!(ideal(&measured), None);
    }

    #[test]
    fn a_standing_depends_on_the_whole_interval() {
        for (ratios, standing) in [
            ([0.96, 1.0, 1.04], Standing::EquallyFast),
            ([1.051, 1.06, 1.2], Standing::Slower),
            ([0.94, 1.0, 1.04], Standing::NotToldApart),
            ([0.96, 1.0, 1.06], Standing::NotToldApart),
            ([1.04, 1.1, 1.2], Standing::NotToldApart),
        ] {
            assert_eq!(Standing::of(&ratios, 0.75), standing, "{ratios:?}");
        }
        for too_few in [&[][..], &[1.0], &[2.0]] {
            assert_eq!(Standing::of(too_few, 0.95), Standing::NotToldApart);
        }
    }

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
