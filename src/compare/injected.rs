//! Distinguishes injected failures from others, which end a comparison.

use std::ops::RangeInclusive;
use std::time::Duration;

use reqwest::StatusCode;

use crate::country::CountryCode;
use crate::fetch::FetchError;
use crate::flag::{Failure, Status};
use crate::origin::{Fault, Impairment, Weather};

/// Whether `weather` injected the failure that `status`, that of the flag of `code`, tells of.
///
/// True if the fault that the weather injects into one of `attempts` can lead to this failure.
/// `attempts` is a range because the server may count more attempts than the client: a request that
/// is sent again is a further attempt for the server, if it had received the first one.
pub(super) fn is_injected(
    weather: &Weather,
    code: CountryCode,
    mut attempts: RangeInclusive<u32>,
    status: &Status,
    timeout: Duration,
) -> bool {
    attempts.any(|attempt| {
        let Impairment { delay, fault } = weather.impairment(code, attempt);
        match status {
            Status::NotFound => {
                fault == Some(Fault::Error) && weather.error_status == StatusCode::NOT_FOUND
            }
            Status::Failed(Failure::Fetch(FetchError::Status { status, .. })) => {
                fault == Some(Fault::Error) && *status == weather.error_status
            }
            // A reset that arrives before the head of the response looks like a lost connection.
            Status::Failed(Failure::Fetch(
                FetchError::Truncated { .. } | FetchError::Connect(_),
            )) => {
                matches!(fault, Some(Fault::Reset | Fault::Truncate))
            }
            // How long a throttled body takes depends on its size, which is not known here.
            Status::Failed(Failure::Fetch(FetchError::Timeout(_))) => {
                fault == Some(Fault::Stall) || delay >= timeout || weather.bandwidth.is_some()
            }
            _ => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::origin::Rate;

    const SECOND: Duration = Duration::from_secs(1);

    fn injected(weather: &Weather, failure: impl Into<Failure>) -> bool {
        let status = Status::Failed(failure.into());
        is_injected(weather, "BR".parse().unwrap(), 1..=1, &status, SECOND)
    }

    /// Whether `weather` injected a 404.
    fn missing(weather: &Weather) -> bool {
        is_injected(weather, "BR".parse().unwrap(), 1..=1, &Status::NotFound, SECOND)
    }

    fn status(number: u16) -> FetchError {
        let status = StatusCode::from_u16(number).unwrap();
        FetchError::Status { status, retry_after: None }
    }

    fn truncated() -> FetchError {
        FetchError::Truncated { received: 1, reason: String::new() }
    }

    #[test]
    fn weather_without_faults_injects_no_failure() {
        let failures = [status(418), status(503), truncated(), FetchError::Timeout(SECOND)];
        for failure in failures {
            assert!(!injected(&Weather::default(), failure));
        }
        assert!(!missing(&Weather::default()));
        assert!(!injected(&Weather::delayed(), FetchError::Connect(String::new())));
    }

    #[test]
    fn each_fault_accounts_for_its_own_kind_of_failure_only() {
        let error = Weather { error_rate: Rate::ALWAYS, ..Weather::default() };
        assert!(injected(&error, status(418)));
        assert!(!injected(&error, status(500)));
        assert!(!missing(&error));
        assert!(!injected(&error, truncated()));
        let gone = Weather { error_status: StatusCode::NOT_FOUND, ..error };
        assert!(missing(&gone));

        let reset = Weather { reset_rate: Rate::ALWAYS, ..Weather::default() };
        let truncate = Weather { truncate_rate: Rate::ALWAYS, ..Weather::default() };
        for weather in [reset, truncate] {
            assert!(injected(&weather, truncated()));
            assert!(!injected(&weather, FetchError::Timeout(SECOND)));
            assert!(!injected(&weather, status(418)));
        }
        let stall = Weather { stall_rate: Rate::ALWAYS, ..Weather::default() };
        assert!(injected(&stall, FetchError::Timeout(SECOND)));
        assert!(!injected(&stall, truncated()));
    }

    #[test]
    fn a_delay_as_long_as_the_timeout_accounts_for_a_timeout() {
        let delay = |text: &str| Weather { delay: text.parse().unwrap(), ..Weather::default() };
        assert!(injected(&delay("1s"), FetchError::Timeout(SECOND)));
        assert!(!injected(&delay("0.9s"), FetchError::Timeout(SECOND)));
        let slow = Weather { bandwidth: Some("1".parse().unwrap()), ..Weather::default() };
        assert!(injected(&slow, FetchError::Timeout(SECOND)));
    }

    #[test]
    fn a_request_that_was_sent_again_can_have_the_fault_of_a_later_attempt() {
        let code = "BR".parse().unwrap();
        let weather =
            |seed| Weather { error_rate: "0.5".parse().unwrap(), seed, ..Weather::default() };
        let fails = |weather: &Weather, attempt| weather.impairment(code, attempt).fault.is_some();
        let only_the_second = |weather: &Weather| !fails(weather, 1) && fails(weather, 2);
        let weather = (0..).map(weather).find(only_the_second).unwrap();
        let failed = Status::Failed(Failure::from(status(418)));
        let injected = |attempts| is_injected(&weather, code, attempts, &failed, SECOND);
        assert!(!injected(1..=1));
        assert!(injected(1..=2));
    }

    #[test]
    fn a_full_disk_is_never_injected() {
        let storm = Weather { error_rate: Rate::ALWAYS, ..Weather::default() };
        assert!(!injected(&storm, std::io::Error::from(std::io::ErrorKind::StorageFull)));
    }
}
