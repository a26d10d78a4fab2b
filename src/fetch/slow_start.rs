//! Slow start, after TCP's (RFC 5681 §3.1): of very many requests only some are made at once, and twice as many each
//! time that none ends for a moment.
//!
//! A server nearby is done with a flag sooner than with one more connection: 194 of them made a run three times as
//! long. One far away is soon asked for all.

use std::convert::Infallible;
use std::time::Duration;

use tokio::sync::{Mutex, Semaphore, SemaphorePermit};
use tokio::time::sleep;

/// How many requests are made without a look at how soon they end: as many as there are jobs where nobody said.
const FIRST: usize = 32;

/// How long the request that is next waits for one to end.
const PATIENCE: Duration = Duration::from_millis(2);

/// The door that each request comes through.
pub(super) struct SlowStart {
    patience: Duration,
    places: Semaphore,
    /// How many places there are, taken or free. Who waits longest adds to them.
    made: Mutex<usize>,
}

impl Default for SlowStart {
    fn default() -> Self {
        SlowStart { patience: PATIENCE, places: Semaphore::new(FIRST), made: Mutex::new(FIRST) }
    }
}

impl SlowStart {
    /// Waits for a place, which is free again when what this returns is dropped.
    pub(super) async fn enter(&self) -> SemaphorePermit<'_> {
        tokio::select! {
            biased;
            place = self.places.acquire() => place.expect("it is never closed"),
            never = self.make_places() => match never {},
        }
    }

    async fn make_places(&self) -> Infallible {
        let mut made = self.made.lock().await;
        loop {
            sleep(self.patience).await;
            self.places.add_permits(*made);
            *made *= 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use tokio::task::JoinSet;
    use tokio::time::Instant;

    /// Its clock is tokio's, which counts no less than milliseconds.
    fn patient() -> SlowStart {
        SlowStart { patience: Duration::from_secs(1), ..SlowStart::default() }
    }

    /// Has 194 requests made, each of which takes `length`, by one who is patient for a second. Returns when each began, in
    /// milliseconds, and how many places there were in the end.
    async fn beginnings(length: Duration) -> (Vec<u128>, usize) {
        let door = Arc::new(patient());
        let start = Instant::now();
        let mut requests = JoinSet::new();
        for n in 0..194 {
            let door = door.clone();
            requests.spawn(async move {
                let _place = door.enter().await;
                let began = start.elapsed().as_millis();
                // No two end at once.
                sleep(length + Duration::from_millis(n)).await;
                began
            });
        }
        let mut all = requests.join_all().await;
        all.sort();
        (all, door.places.available_permits())
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_far_away_is_asked_for_twice_as_many_each_time_until_it_is_asked_for_all() {
        let (all, places) = beginnings(Duration::from_secs(60)).await;
        let began_in = |second: u128| all.iter().filter(|&&ms| ms / 1000 == second).count();
        assert_eq!([0, 1, 2, 3].map(began_in), [32, 32, 64, 66]);
        assert_eq!(places, 256);
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_nearby_is_asked_for_no_more_than_at_first() {
        let (all, places) = beginnings(Duration::from_millis(900)).await;
        assert_eq!(all[..32], [0; 32]);
        assert!(all[32] >= 900);
        assert_eq!(places, 32);
    }

    #[tokio::test(start_paused = true)]
    async fn who_gives_up_waiting_leaves_the_making_of_places_to_the_next() {
        let door = patient();
        let inside = futures_util::future::join_all((0..FIRST).map(|_| door.enter())).await;
        assert!(tokio::time::timeout(door.patience / 2, door.enter()).await.is_err());
        drop(door.enter().await);
        drop(inside);
        assert_eq!(door.places.available_permits(), 2 * FIRST);
    }
}
