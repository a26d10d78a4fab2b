//! Response bodies that are throttled to a bandwidth, or broken by a fault.

use std::future;
use std::io;
use std::num::NonZeroU64;
use std::time::Duration;

use axum::body::{Body, Bytes};
use futures_util::stream;
use tokio::time::{Instant, sleep, sleep_until};

use super::connection::ResetHandle;
use super::weather::Fault;

/// The number of writes to a throttled body per second, unless [`MAX_WRITE`] requires more. At a
/// bandwidth below this many bytes per second, single bytes are written less often.
const WRITES_PER_SECOND: u64 = 20;

/// The size limit of a write to a throttled body, in bytes: about one packet, so that a fast body
/// is not a single burst.
const MAX_WRITE: u64 = 1400;

/// The pause between the last bytes of a broken body and the end of its connection. In this time
/// the server sends the bytes and the client reads them, before a reset discards what is unread.
const PAUSE_BEFORE_BREAK: Duration = Duration::from_millis(10);

/// The state of a body while it is sent.
struct FaultyBody {
    remaining: Bytes,
    sent: u64,
    started: Instant,
    bandwidth: Option<NonZeroU64>,
    /// What happens once the remaining bytes are sent.
    fault: Option<Fault>,
    reset_handle: ResetHandle,
}

/// How many of the `total` bytes of a body are sent: half if the fault breaks it in the middle.
pub(super) fn length_sent(total: usize, fault: Option<Fault>) -> usize {
    match fault {
        None | Some(Fault::Error) => total,
        Some(Fault::Reset | Fault::Truncate | Fault::Stall) => total / 2,
    }
}

/// A body of `bytes`, sent at most at `bandwidth` from now on and broken by `fault` in the middle.
/// The caller sets `Content-Length` to `bytes.len()`.
pub(super) fn faulty_body(
    bytes: Bytes,
    bandwidth: Option<NonZeroU64>,
    fault: Option<Fault>,
    reset_handle: ResetHandle,
) -> Body {
    if fault.is_none() && bandwidth.is_none() {
        return Body::from(bytes);
    }
    let remaining = bytes.slice(..length_sent(bytes.len(), fault));
    let started = Instant::now();
    let body = FaultyBody { remaining, sent: 0, started, bandwidth, fault, reset_handle };
    Body::from_stream(stream::unfold(body, FaultyBody::next))
}

impl FaultyBody {
    async fn next(mut self) -> Option<(io::Result<Bytes>, FaultyBody)> {
        if self.remaining.is_empty() {
            let error = self.end().await?;
            return Some((Err(error), self));
        }
        let chunk = match self.bandwidth {
            None => self.remaining.split_off(0),
            Some(rate) => self.throttled_chunk(rate).await,
        };
        Some((Ok(chunk), self))
    }

    /// The next chunk, at the time when its last byte is due. The time counts from the start of the
    /// body, so that the errors of the timer do not add up.
    async fn throttled_chunk(&mut self, rate: NonZeroU64) -> Bytes {
        let size = (rate.get() / WRITES_PER_SECOND).clamp(1, MAX_WRITE);
        let size = self.remaining.len().min(usize::try_from(size).unwrap_or(usize::MAX));
        self.sent += size as u64;
        let due = Duration::from_secs_f64(self.sent as f64 / rate.get() as f64);
        sleep_until(self.started + due).await;
        self.remaining.split_to(size)
    }

    /// `None` if the body is complete; otherwise an error that makes the server close the
    /// connection. A stalled body never returns from here.
    async fn end(&mut self) -> Option<io::Error> {
        match self.fault.take()? {
            Fault::Error => return None,
            Fault::Stall => future::pending().await,
            Fault::Reset => self.reset_handle.reset_on_close(),
            Fault::Truncate => {}
        }
        sleep(PAUSE_BEFORE_BREAK).await;
        Some(io::ErrorKind::ConnectionAborted.into())
    }
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt;
    use tokio::time::timeout;

    use super::*;

    const BYTES: &[u8] = &[7; 10_000];

    fn rate(bytes: u64) -> Option<NonZeroU64> {
        NonZeroU64::new(bytes)
    }

    /// When each chunk arrived after the start, and its size. The clock is simulated.
    async fn flow(bandwidth: Option<NonZeroU64>) -> Vec<(Duration, usize)> {
        let start = Instant::now();
        faulty_body(Bytes::from_static(BYTES), bandwidth, None, ResetHandle::default())
            .into_data_stream()
            .map(|chunk| (start.elapsed(), chunk.unwrap().len()))
            .collect()
            .await
    }

    #[tokio::test(start_paused = true)]
    async fn without_weather_a_body_arrives_at_once_in_one_chunk() {
        assert_eq!(flow(None).await, [(Duration::ZERO, BYTES.len())]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_throttled_body_arrives_in_small_chunks_at_its_rate() {
        for (bandwidth, largest, seconds) in
            [(1000, 50, 10.0), (20_000, 1000, 0.5), (100_000, MAX_WRITE, 0.1), (50, 2, 200.0)]
        {
            let flow = flow(rate(bandwidth)).await;
            assert_eq!(flow.iter().map(|(_, size)| size).sum::<usize>(), BYTES.len());
            assert!(flow.iter().all(|(_, size)| *size as u64 <= largest), "{bandwidth}: {flow:?}");
            let took = flow.last().unwrap().0.as_secs_f64();
            // The timer has a resolution of one millisecond.
            assert!(took >= seconds && took < seconds + 0.003, "{bandwidth}: {took}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_throttled_body_keeps_its_rate_from_start_to_end() {
        let mut sent = 0.0;
        for (at, size) in flow(rate(20_000)).await {
            sent += size as f64;
            assert!((at.as_secs_f64() - sent / 20_000.0).abs() < 0.002, "{sent} after {at:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn bodies_at_the_highest_and_the_lowest_rate_end() {
        let fast = flow(rate(u64::MAX)).await;
        assert!(fast.last().unwrap().0 < Duration::from_millis(5));
        assert_eq!(flow(rate(1)).await.len(), BYTES.len());
    }

    #[tokio::test(start_paused = true)]
    async fn a_broken_body_sends_half_and_then_fails() {
        for fault in [Fault::Reset, Fault::Truncate] {
            let body =
                faulty_body(Bytes::from_static(BYTES), None, Some(fault), ResetHandle::default());
            let chunks: Vec<_> = body.into_data_stream().collect().await;
            assert_eq!(chunks[0].as_ref().unwrap().len(), BYTES.len() / 2);
            assert!(chunks[1].is_err() && chunks.len() == 2, "{fault:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_stalled_body_sends_half_and_then_nothing_for_ever() {
        let body = faulty_body(
            Bytes::from_static(BYTES),
            rate(20_000),
            Some(Fault::Stall),
            ResetHandle::default(),
        );
        let mut chunks = body.into_data_stream();
        for _ in 0..5 {
            assert_eq!(chunks.next().await.unwrap().unwrap().len(), 1000);
        }
        assert!(timeout(Duration::from_secs(86_400), chunks.next()).await.is_err());
    }
}
