//! What the requests to one origin share.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use parking_lot::Mutex;

use super::request_counts::RequestCounts;
use super::source::FlagSource;
use super::weather::Weather;
use crate::country::CountryCode;

/// What the requests to one origin share.
pub(super) struct AppState {
    pub(super) source: FlagSource,
    weather_state: Mutex<Arc<WeatherState>>,
    counts: Mutex<RequestCounts>,
}

/// The weather that is set, and how often each code has been tried under it.
pub(super) struct WeatherState {
    pub(super) weather: Weather,
    tries: [AtomicU32; CountryCode::COUNT],
}

impl AppState {
    pub(super) fn new(source: FlagSource, weather: Weather) -> AppState {
        AppState {
            source,
            weather_state: Mutex::new(WeatherState::new(weather)),
            counts: Mutex::default(),
        }
    }

    pub(super) fn weather_state(&self) -> Arc<WeatherState> {
        self.weather_state.lock().clone()
    }

    pub(super) fn set_weather(&self, weather: Weather) {
        *self.weather_state.lock() = WeatherState::new(weather);
    }

    pub(super) fn counts(&self) -> RequestCounts {
        *self.counts.lock()
    }

    /// One more of that kind.
    pub(super) fn count(&self, kind: impl FnOnce(&mut RequestCounts) -> &mut u64) {
        *kind(&mut self.counts.lock()) += 1;
    }
}

impl WeatherState {
    fn new(weather: Weather) -> Arc<WeatherState> {
        Arc::new(WeatherState { weather, tries: [const { AtomicU32::new(0) }; CountryCode::COUNT] })
    }

    /// Counts a try for `code`, and says which it is, from 1.
    pub(super) fn count_try(&self, code: CountryCode) -> u32 {
        self.tries[code.index()].fetch_add(1, Ordering::Relaxed).wrapping_add(1)
    }

    /// Which try for `code` would be the next, from 1.
    pub(super) fn next_try(&self, code: CountryCode) -> u32 {
        self.tries[code.index()].load(Ordering::Relaxed).wrapping_add(1)
    }
}
