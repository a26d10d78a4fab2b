//! Distinguishes injected failures and retries from others.

use std::time::Duration;

use reqwest::StatusCode;

use crate::fetch::Kind;
use crate::flag::{Outcome, Status};
use crate::origin::{Fault, Impairment, Weather};

/// Whether `weather` injected the failure of `outcome`: whether what it does to the last attempt
/// can lead to it.
///
/// The server may count more attempts than the client: a request that is sent again is a further
/// attempt for the server, if it had received the first one.
pub(super) fn is_injected(weather: &Weather, outcome: &Outcome, timeout: Duration) -> bool {
    let mut attempts = outcome.trace.attempts..=outcome.trace.attempts + outcome.trace.resent;
    attempts.any(|attempt| {
        let Impairment { delay, fault } = weather.impairment(outcome.code, attempt);
        match &outcome.status {
            Status::NotFound => {
                fault == Some(Fault::Error) && weather.error_status == StatusCode::NOT_FOUND
            }
            Status::Failed(error) => match error.kind {
                Kind::HttpStatus(status) => {
                    fault == Some(Fault::Error) && status == weather.error_status
                }
                // A reset that arrives before the head of the response looks like a lost
                // connection.
                Kind::Truncated | Kind::Connect => {
                    matches!(fault, Some(Fault::Reset | Fault::Truncate))
                }
                // How long a throttled body takes depends on its size, which is not known here.
                Kind::Timeout => {
                    fault == Some(Fault::Stall) || delay >= timeout || weather.bandwidth.is_some()
                }
                _ => false,
            },
            _ => false,
        }
    })
}

/// The number of retries in `outcome` that `weather` did not inject: those that follow an attempt
/// to which it does nothing that can fail. Without weather, that is all of them.
pub(super) fn retries_not_injected(
    weather: Option<&Weather>,
    outcome: &Outcome,
    timeout: Duration,
) -> usize {
    let retries = outcome.trace.attempts.saturating_sub(1);
    let can_fail = |attempt: &u32| {
        weather.is_some_and(|weather| {
            let Impairment { delay, fault } = weather.impairment(outcome.code, *attempt);
            fault.is_some() || delay >= timeout || weather.bandwidth.is_some()
        })
    };
    let injected = (1..=retries + outcome.trace.resent).filter(can_fail).count();
    (retries as usize).saturating_sub(injected)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::fixtures::sample;
    use crate::fetch::FlagError;
    use crate::origin::Rate;

    const SECOND: Duration = Duration::from_secs(1);

    /// A flag after one attempt.
    fn outcome(status: Status) -> Outcome {
        Outcome { status, ..sample(100).outcomes.remove(0) }
    }

    fn injected(weather: &Weather, failure: FlagError) -> bool {
        is_injected(weather, &outcome(Status::Failed(failure)), SECOND)
    }

    /// Whether `weather` injected a 404.
    fn missing(weather: &Weather) -> bool {
        is_injected(weather, &outcome(Status::NotFound), SECOND)
    }

    fn status(number: u16) -> FlagError {
        let status = StatusCode::from_u16(number).unwrap();
        failed(Kind::HttpStatus(status))
    }

    fn failed(kind: Kind) -> FlagError {
        FlagError::permanent(kind, "")
    }

    #[test]
    fn weather_without_faults_injects_no_failure() {
        let failures = [status(418), status(503), failed(Kind::Truncated), failed(Kind::Timeout)];
        for failure in failures {
            assert!(!injected(&Weather::default(), failure));
        }
        assert!(!missing(&Weather::default()));
        assert!(!injected(&Weather::delayed(), failed(Kind::Connect)));
    }

    #[test]
    fn each_fault_accounts_for_its_own_kind_of_failure_only() {
        let error = Weather { error_rate: Rate::ALWAYS, ..Weather::default() };
        assert!(injected(&error, status(418)));
        assert!(!injected(&error, status(500)));
        assert!(!missing(&error));
        assert!(!injected(&error, failed(Kind::Truncated)));
        let gone = Weather { error_status: StatusCode::NOT_FOUND, ..error };
        assert!(missing(&gone));

        let reset = Weather { reset_rate: Rate::ALWAYS, ..Weather::default() };
        let truncate = Weather { truncate_rate: Rate::ALWAYS, ..Weather::default() };
        for weather in [reset, truncate] {
            assert!(injected(&weather, failed(Kind::Truncated)));
            assert!(!injected(&weather, failed(Kind::Timeout)));
            assert!(!injected(&weather, status(418)));
        }
        let stall = Weather { stall_rate: Rate::ALWAYS, ..Weather::default() };
        assert!(injected(&stall, failed(Kind::Timeout)));
        assert!(!injected(&stall, failed(Kind::Truncated)));
    }

    #[test]
    fn a_delay_as_long_as_the_timeout_accounts_for_a_timeout() {
        let delay = |text: &str| Weather { delay: text.parse().unwrap(), ..Weather::default() };
        assert!(injected(&delay("1s"), failed(Kind::Timeout)));
        assert!(!injected(&delay("0.9s"), failed(Kind::Timeout)));
        let slow = Weather { bandwidth: Some("1".parse().unwrap()), ..Weather::default() };
        assert!(injected(&slow, failed(Kind::Timeout)));
    }

    #[test]
    fn a_request_that_was_sent_again_can_have_the_fault_of_a_later_attempt() {
        let weather = weather_that_fails([false, true]);
        let fails = |resent| {
            let mut outcome = outcome(Status::Failed(status(418)));
            outcome.trace.resent = resent;
            is_injected(&weather, &outcome, SECOND)
        };
        assert!(!fails(0));
        assert!(fails(1));
    }

    /// Weather with errors that does, or does not, let the first two attempts fail.
    fn weather_that_fails(attempts: [bool; 2]) -> Weather {
        let weather =
            |seed| Weather { error_rate: "0.5".parse().unwrap(), seed, ..Weather::default() };
        let code = outcome(Status::NotFound).code;
        let fails = |weather: &Weather| {
            [1, 2].map(|attempt| weather.impairment(code, attempt).fault.is_some())
        };
        (0..).map(weather).find(|weather| fails(weather) == attempts).unwrap()
    }

    #[test]
    fn only_retries_after_attempts_without_a_fault_are_counted() {
        let retried = |attempts, resent| {
            let mut outcome = outcome(Status::Saved { bytes: 1000 });
            (outcome.trace.attempts, outcome.trace.resent) = (attempts, resent);
            outcome
        };
        let counted = |weather: Option<&Weather>, attempts, resent| {
            retries_not_injected(weather, &retried(attempts, resent), SECOND)
        };
        assert_eq!([0, 1, 2, 3].map(|attempts| counted(None, attempts, 0)), [0, 0, 1, 2]);
        assert_eq!(counted(Some(&Weather::default()), 3, 0), 2);
        for (faults, expected) in
            [([false, false], 2), ([true, false], 1), ([false, true], 1), ([true, true], 0)]
        {
            assert_eq!(counted(Some(&weather_that_fails(faults)), 3, 0), expected, "{faults:?}");
        }
        assert_eq!(counted(Some(&weather_that_fails([false, true])), 2, 1), 0);
        let slow = Weather { delay: "1s".parse().unwrap(), ..Weather::default() };
        assert_eq!(counted(Some(&slow), 3, 0), 0);
    }

    #[test]
    fn a_full_disk_is_never_injected() {
        let storm = Weather { error_rate: Rate::ALWAYS, ..Weather::default() };
        assert!(!injected(&storm, failed(Kind::Io)));
    }
}
