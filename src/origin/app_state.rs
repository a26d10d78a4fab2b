//! What the requests to one origin share.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use parking_lot::Mutex;

use super::request_counts::Tally;
use super::source::Gallery;
use super::weather::Weather;
use crate::country::CountryCode;

/// What the requests to one origin share.
pub(super) struct Shared {
    pub(super) gallery: Gallery,
    sky: Mutex<Arc<Sky>>,
    tally: Mutex<Tally>,
}

/// The weather that is set, and how often each code has been tried under it.
pub(super) struct Sky {
    pub(super) weather: Weather,
    tries: [AtomicU32; CountryCode::COUNT],
}

impl Shared {
    pub(super) fn new(gallery: Gallery, weather: Weather) -> Shared {
        Shared { gallery, sky: Mutex::new(Sky::new(weather)), tally: Mutex::default() }
    }

    pub(super) fn sky(&self) -> Arc<Sky> {
        self.sky.lock().clone()
    }

    pub(super) fn set_weather(&self, weather: Weather) {
        *self.sky.lock() = Sky::new(weather);
    }

    pub(super) fn tally(&self) -> Tally {
        *self.tally.lock()
    }

    /// One more of that kind.
    pub(super) fn count(&self, kind: impl FnOnce(&mut Tally) -> &mut u64) {
        *kind(&mut self.tally.lock()) += 1;
    }
}

impl Sky {
    fn new(weather: Weather) -> Arc<Sky> {
        Arc::new(Sky { weather, tries: [const { AtomicU32::new(0) }; CountryCode::COUNT] })
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
