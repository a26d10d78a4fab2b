//! The state that all requests to one server share.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use super::request_log::{Event, EventHandler, RequestCounts, RequestLog};
use super::source::{FlagSource, RejectedFile};
use super::weather::Weather;
use crate::country::CountryCode;

/// The state that all requests to one server share.
pub(super) struct ServerState {
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

impl ServerState {
    pub(super) fn new(source: FlagSource, weather: Weather, on_event: EventHandler) -> ServerState {
        let weather_state = Mutex::new(WeatherState::new(weather));
        ServerState { source, weather_state, counts: Mutex::default(), on_event }
    }

    pub(super) fn weather_state(&self) -> Arc<WeatherState> {
        lock(&self.weather_state).clone()
    }

    pub(super) fn set_weather(&self, weather: Weather) {
        *lock(&self.weather_state) = WeatherState::new(weather);
    }

    pub(super) fn counts(&self) -> RequestCounts {
        *lock(&self.counts)
    }

    /// Counts an answered request and reports it.
    pub(super) fn record(&self, request: &RequestLog) {
        lock(&self.counts).add(request);
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

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no code panics while it holds one of these locks")
}
