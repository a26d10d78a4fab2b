//! The shortest possible time of a run whose delays are known.

use std::num::NonZeroUsize;
use std::time::Duration;

use crate::country::CountryCode;
use crate::flag::{Outcome, Status};
use crate::origin::Weather;

/// The shortest time in which `jobs` concurrent requests can fetch `codes` under `weather`:
/// max(longest delay, sum of the delays ÷ jobs).
///
/// No schedule is shorter: it contains the longest delay, and it divides the sum of the delays
/// among at most `jobs` concurrent requests (Graham, *Bounds on Multiprocessing Timing Anomalies*,
/// 1969). `None` if the time does not depend on the delays alone: with faults, which lead to
/// retries, with a limited bandwidth, or without any delay.
pub fn shortest_possible(
    weather: &Weather,
    codes: &[CountryCode],
    jobs: NonZeroUsize,
) -> Option<Duration> {
    if weather.has_faults() || weather.bandwidth.is_some() {
        return None;
    }
    let delays = codes.iter().map(|code| weather.impairment(*code, 1).delay);
    let (longest, sum) = (delays.clone().max()?, delays.sum::<Duration>());
    let ideal = longest.max(sum.div_f64(jobs.get() as f64));
    (!ideal.is_zero()).then_some(ideal)
}

/// Whether every flag was saved at the first attempt.
pub fn all_at_first_attempt(outcomes: &[Outcome]) -> bool {
    let is_saved = |outcome: &Outcome| matches!(outcome.status, Status::Saved { .. });
    outcomes.iter().all(|outcome| is_saved(outcome) && outcome.attempts == 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::fixtures::sample;
    use crate::country::POP20;
    use crate::origin::Rate;

    fn jobs(number: usize) -> NonZeroUsize {
        NonZeroUsize::new(number).unwrap()
    }

    fn fixed_delay() -> Weather {
        Weather { delay: "100ms".parse().unwrap(), ..Weather::default() }
    }

    #[test]
    fn one_job_waits_for_the_sum_and_many_for_the_longest_delay() {
        let ideal = |jobs| shortest_possible(&fixed_delay(), &POP20, self::jobs(jobs));
        assert_eq!(ideal(1), Some(Duration::from_secs(2)));
        assert_eq!(ideal(5), Some(Duration::from_millis(400)));
        assert_eq!(ideal(20), Some(Duration::from_millis(100)));
        assert_eq!(ideal(1000), Some(Duration::from_millis(100)));
    }

    #[test]
    fn delays_that_are_drawn_are_those_of_the_first_attempts() {
        let weather = Weather::delayed();
        let delay = |code| weather.impairment(code, 1).delay;
        let longest = POP20.into_iter().map(delay).max();
        assert_eq!(shortest_possible(&weather, &POP20, jobs(20)), longest);
    }

    #[test]
    fn a_retry_or_a_failure_of_any_flag_is_noticed() {
        assert!(all_at_first_attempt(&sample(100).outcomes));
        for (status, attempts) in [(Status::Saved { bytes: 1 }, 2), (Status::NotFound, 1)] {
            let mut outcomes = sample(100).outcomes;
            (outcomes[1].status, outcomes[1].attempts) = (status, attempts);
            assert!(!all_at_first_attempt(&outcomes), "{outcomes:?}");
        }
    }

    #[test]
    fn faults_a_limited_bandwidth_and_no_delay_leave_it_unknown() {
        let limited = Weather { bandwidth: Some("20k".parse().unwrap()), ..fixed_delay() };
        let faulty = Weather { stall_rate: Rate::ALWAYS, ..fixed_delay() };
        for weather in [limited, faulty, Weather::failing(), Weather::default()] {
            assert_eq!(shortest_possible(&weather, &POP20, jobs(5)), None, "{weather:?}");
        }
    }
}
