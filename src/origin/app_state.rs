//! The state that all requests to one server share.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use parking_lot::Mutex;

use super::Settings;
use super::event::{Event, EventHandler, RequestLog};
use super::request_counts::RequestCounts;
use super::source::{FlagSource, RejectedFile};
use super::weather::Weather;
use crate::country::CountryCode;

/// The state that all requests to one server share.
pub(super) struct AppState {
    pub(super) source: FlagSource,
    weather_state: Mutex<Arc<WeatherState>>,
    counts: Mutex<RequestCounts>,
    on_event: EventHandler,
}

/// The current weather, and the number of attempts for each code since it was set.
pub(super) struct WeatherState {
    pub(super) weather: Weather,
    attempts: [AtomicU32; CountryCode::COUNT],
}

impl AppState {
    pub(super) fn new(settings: Settings) -> AppState {
        AppState {
            source: settings.source,
            weather_state: Mutex::new(WeatherState::new(settings.weather)),
            counts: Mutex::default(),
            on_event: settings.on_event,
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

    /// Counts an answered request and reports it.
    pub(super) fn record(&self, request: &RequestLog) {
        self.counts.lock().add(request);
        (self.on_event)(Event::Request(request));
    }

    /// Reports a file that could not be served.
    pub(super) fn report_rejected(&self, file: &RejectedFile) {
        (self.on_event)(Event::Rejected(file));
    }
}

impl WeatherState {
    fn new(weather: Weather) -> Arc<WeatherState> {
        let attempts = [const { AtomicU32::new(0) }; CountryCode::COUNT];
        Arc::new(WeatherState { weather, attempts })
    }

    /// Counts an attempt for `code` and returns its number, from 1.
    pub(super) fn count_attempt(&self, code: CountryCode) -> u32 {
        self.attempts[code.index()].fetch_add(1, Ordering::Relaxed).wrapping_add(1)
    }

    /// The number that the next attempt for `code` will have, from 1.
    pub(super) fn next_attempt(&self, code: CountryCode) -> u32 {
        self.attempts[code.index()].load(Ordering::Relaxed).wrapping_add(1)
    }
}
