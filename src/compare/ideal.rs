//! The ideal time of a run whose delays are known.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::num::NonZeroUsize;
use std::time::Duration;

use crate::country::CountryCode;
use crate::origin::Weather;

/// The delay of each flag in one round, in the order in which jobs take the flags.
#[derive(Debug)]
pub struct Delays(Vec<Duration>);

impl Delays {
    /// The delays of `codes` under `weather`. `None` if the time of a run does not depend on them
    /// alone: with faults, which lead to retries, with a limited bandwidth, or without any delay.
    pub fn of(weather: &Weather, codes: &[CountryCode]) -> Option<Delays> {
        if weather.has_faults() || weather.bandwidth.is_some() {
            return None;
        }
        let delay = |code: &CountryCode| weather.impairment(*code, 1).delay;
        let delays: Vec<_> = codes.iter().map(delay).collect();
        delays.iter().any(|delay| !delay.is_zero()).then_some(Delays(delays))
    }

    /// The time of a perfect pool: `jobs` workers that take the flags in order, each the next one
    /// the moment it is free, and wait exactly its delay.
    ///
    /// It never grows with the number of jobs: whenever a flag is taken, the worker that is free
    /// n-th of one more worker is free no later than the n-th of one fewer. Another order of the
    /// flags can take less time (Graham, "Bounds on Multiprocessing Timing Anomalies", *SIAM J.
    /// Appl. Math.* 17, 1969, 416–429).
    pub fn ideal_time(&self, jobs: NonZeroUsize) -> Duration {
        let workers = jobs.get().min(self.0.len());
        let mut free_at = BinaryHeap::from(vec![Reverse(Duration::ZERO); workers]);
        for delay in &self.0 {
            if let Some(mut first) = free_at.peek_mut() {
                first.0 += *delay;
            }
        }
        free_at.into_iter().map(|Reverse(time)| time).max().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::country::POP20;
    use crate::origin::Rate;

    fn jobs(number: usize) -> NonZeroUsize {
        NonZeroUsize::new(number).unwrap()
    }

    fn fixed_delay() -> Weather {
        Weather { delay: "100ms".parse().unwrap(), ..Weather::default() }
    }

    fn of_millis(delays: &[u64]) -> Delays {
        Delays(delays.iter().copied().map(Duration::from_millis).collect())
    }

    /// Lets every millisecond pass, with workers that wait or take the next flag.
    fn simulated(delays: &[u64], jobs: usize) -> u64 {
        let mut queue = delays.iter();
        let mut left = vec![0; jobs];
        for now in 0.. {
            for worker in &mut left {
                while *worker == 0
                    && let Some(delay) = queue.next()
                {
                    *worker = *delay;
                }
            }
            if left.iter().all(|left| *left == 0) {
                return now;
            }
            left.iter_mut().for_each(|left| *left = left.saturating_sub(1));
        }
        unreachable!("the loop ends when all workers are free")
    }

    #[test]
    fn five_flags_that_start_late_take_a_second_delay() {
        let delays = Delays::of(&fixed_delay(), &POP20).unwrap();
        for (number, millis) in [(1, 2000), (5, 400), (15, 200), (19, 200), (20, 100), (1000, 100)]
        {
            assert_eq!(delays.ideal_time(jobs(number)).as_millis(), millis, "{number} jobs");
        }
        assert_eq!(delays.ideal_time(NonZeroUsize::MAX).as_millis(), 100);
    }

    #[test]
    fn a_worker_takes_the_next_flag_the_moment_it_is_free() {
        assert_eq!(of_millis(&[30, 10, 10, 20]).ideal_time(jobs(2)).as_millis(), 40);
    }

    #[test]
    fn the_delays_are_those_of_the_first_attempts() {
        let weather = Weather::delayed();
        let longest = POP20.into_iter().map(|code| weather.impairment(code, 1).delay).max();
        let delays = Delays::of(&weather, &POP20).unwrap();
        assert_eq!(Some(delays.ideal_time(jobs(20))), longest);
    }

    #[test]
    fn faults_a_limited_bandwidth_and_no_delay_leave_it_unknown() {
        let limited = Weather { bandwidth: Some("20480".parse().unwrap()), ..fixed_delay() };
        let faulty = Weather { stall_rate: Rate::ALWAYS, ..fixed_delay() };
        for weather in [limited, faulty, Weather::failing(), Weather::default()] {
            assert!(Delays::of(&weather, &POP20).is_none(), "{weather:?}");
        }
    }

    proptest! {
        #[test]
        fn it_agrees_with_a_simulation_and_never_grows_with_the_number_of_jobs(
            delays in proptest::collection::vec(0u64..60, 1..30),
        ) {
            let mut last = u64::MAX;
            for number in 1..=delays.len() + 1 {
                let time = of_millis(&delays).ideal_time(jobs(number)).as_millis() as u64;
                prop_assert_eq!(time, simulated(&delays, number));
                prop_assert!(time <= last, "{} ms with {} jobs, {} with less", time, number, last);
                last = time;
            }
            prop_assert_eq!(Some(last), delays.iter().max().copied());
        }
    }
}
