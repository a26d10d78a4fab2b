//! Which failures the weather set, and so belong to what is compared.

use std::time::Duration;

use crate::country::CountryCode;
use crate::flag::Failure;
use crate::flag::get_flag::FetchError;
use crate::origin::{Fault, Weather};

/// Whether `weather` is why the flag of `code` failed so on its last try, the `attempts`th.
///
/// The fault that it set for that try has to be one that shows in this way.
pub(super) fn is_injected(
    weather: &Weather,
    code: CountryCode,
    attempts: u32,
    failure: &Failure,
    timeout: Duration,
) -> bool {
    let impairment = weather.impairment(code, attempts);
    match failure {
        Failure::NotFound => {
            impairment.fault == Some(Fault::Error) && weather.error_status.get() == 404
        }
        Failure::Fetch(FetchError::Status { status, .. }) => {
            impairment.fault == Some(Fault::Error) && *status == weather.error_status.get()
        }
        // A reset may overtake the head of its answer; then no connection is all there is to see.
        Failure::Fetch(FetchError::Truncated { .. } | FetchError::Connect(_)) => {
            matches!(impairment.fault, Some(Fault::Reset | Fault::Truncate))
        }
        // How long a limited body takes depends on its size, which who failed to get it doesn't know.
        Failure::Fetch(FetchError::Timeout(_)) => {
            impairment.fault == Some(Fault::Stall)
                || impairment.delay >= timeout
                || weather.bandwidth.is_some()
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use reqwest::StatusCode;

    use super::*;
    use crate::origin::Rate;

    const SECOND: Duration = Duration::from_secs(1);

    fn explained(weather: &Weather, failure: impl Into<Failure>) -> bool {
        is_injected(weather, "BR".parse().unwrap(), 1, &failure.into(), SECOND)
    }

    fn status(number: u16) -> FetchError {
        let status = StatusCode::from_u16(number).unwrap();
        FetchError::Status { status, retry_after: None }
    }

    fn truncated() -> FetchError {
        FetchError::Truncated { received: 1, reason: String::new() }
    }

    #[test]
    fn fair_weather_explains_nothing() {
        let failures = [status(418), status(503), truncated(), FetchError::Timeout(SECOND)];
        for failure in failures {
            assert!(!explained(&Weather::default(), failure));
        }
        assert!(!explained(&Weather::default(), Failure::NotFound));
        assert!(!explained(&Weather::delayed(), FetchError::Connect(String::new())));
    }

    #[test]
    fn each_fault_explains_what_it_looks_like_and_nothing_else() {
        let error = Weather { error_rate: Rate::ALWAYS, ..Weather::default() };
        assert!(explained(&error, status(418)));
        assert!(!explained(&error, status(500)));
        assert!(!explained(&error, Failure::NotFound));
        assert!(!explained(&error, truncated()));
        let gone = Weather { error_status: "404".parse().unwrap(), ..error };
        assert!(explained(&gone, Failure::NotFound));

        let reset = Weather { reset_rate: Rate::ALWAYS, ..Weather::default() };
        let truncate = Weather { truncate_rate: Rate::ALWAYS, ..Weather::default() };
        for weather in [reset, truncate] {
            assert!(explained(&weather, truncated()));
            assert!(!explained(&weather, FetchError::Timeout(SECOND)));
            assert!(!explained(&weather, status(418)));
        }
        let stall = Weather { stall_rate: Rate::ALWAYS, ..Weather::default() };
        assert!(explained(&stall, FetchError::Timeout(SECOND)));
        assert!(!explained(&stall, truncated()));
    }

    #[test]
    fn a_timeout_is_explained_by_a_delay_that_is_as_long() {
        let delay = |text: &str| Weather { delay: text.parse().unwrap(), ..Weather::default() };
        assert!(explained(&delay("1s"), FetchError::Timeout(SECOND)));
        assert!(!explained(&delay("0.9s"), FetchError::Timeout(SECOND)));
        let slow = Weather { bandwidth: Some("1".parse().unwrap()), ..Weather::default() };
        assert!(explained(&slow, FetchError::Timeout(SECOND)));
    }

    #[test]
    fn no_weather_explains_a_disk_that_is_full() {
        let storm = Weather { error_rate: Rate::ALWAYS, ..Weather::default() };
        assert!(!explained(&storm, std::io::Error::from(std::io::ErrorKind::StorageFull)));
    }
}
