//! Bodies that do not simply arrive: metered ones, and broken ones.

use std::future;
use std::io;
use std::time::Duration;

use axum::body::{Body, Bytes};
use futures_util::stream;
use tokio::time::{Instant, sleep, sleep_until};

use super::connection::ResetHandle;
use super::weather::ByteRate;
use super::weather::Fault;

/// Metered bodies flow in writes this often, or a byte at a time where that is more seldom.
const WRITES_PER_SECOND: u64 = 20;

/// Metered bodies flow in writes of at most about a packet, so that a fast one is not a single burst either.
const LARGEST_WRITE: u64 = 1400;

/// What was written gets this long to arrive before a reset overtakes it: a receiver may throw away what it has not
/// read by then.
const HEAD_START: Duration = Duration::from_millis(10);

/// A body on its way out.
struct FaultyBody {
    left: Bytes,
    sent: u64,
    since: Instant,
    bandwidth: Option<ByteRate>,
    ending: End,
}

/// How a body ends when all that it has to give is out.
enum End {
    Whole,
    Reset(ResetHandle),
    Truncate,
    Stall,
}

/// A body of `bytes`, from now on, at that pace and with that fault. The caller has said `Content-Length: bytes.len()`.
///
/// A fault in mid-body lets half of it out first.
pub(super) fn faulty_body(
    bytes: Bytes,
    bandwidth: Option<ByteRate>,
    fault: Option<Fault>,
    reset_handle: ResetHandle,
) -> Body {
    let ending = match fault {
        None | Some(Fault::Error) => End::Whole,
        Some(Fault::Reset) => End::Reset(reset_handle),
        Some(Fault::Truncate) => End::Truncate,
        Some(Fault::Stall) => End::Stall,
    };
    if matches!(ending, End::Whole) && bandwidth.is_none() {
        return Body::from(bytes);
    }
    let left = match ending {
        End::Whole => bytes,
        _ => bytes.slice(..bytes.len() / 2),
    };
    let body = FaultyBody { left, sent: 0, since: Instant::now(), bandwidth, ending };
    Body::from_stream(stream::unfold(body, FaultyBody::next))
}

impl FaultyBody {
    async fn next(mut self) -> Option<(io::Result<Bytes>, FaultyBody)> {
        if self.left.is_empty() {
            let error = self.end().await?;
            self.ending = End::Whole;
            return Some((Err(error), self));
        }
        let chunk = match self.bandwidth {
            None => self.left.split_off(0),
            Some(rate) => self.metered_chunk(rate).await,
        };
        Some((Ok(chunk), self))
    }

    /// The next chunk, at the time when its last byte is due. Counting from the start of the body keeps the pace true
    /// however coarse the timer is.
    async fn metered_chunk(&mut self, rate: ByteRate) -> Bytes {
        let size = (rate.get() / WRITES_PER_SECOND).clamp(1, LARGEST_WRITE);
        let size = self.left.len().min(usize::try_from(size).unwrap_or(usize::MAX));
        self.sent += size as u64;
        let due = Duration::from_secs_f64(self.sent as f64 / rate.get() as f64);
        sleep_until(self.since + due).await;
        self.left.split_to(size)
    }

    /// Nothing for a body that is whole; otherwise what makes the server drop the connection, if ever.
    ///
    /// Each fault waits for something, and whatever is written is sent out meanwhile.
    async fn end(&mut self) -> Option<io::Error> {
        match &self.ending {
            End::Whole => None,
            End::Reset(reset_handle) => {
                sleep(HEAD_START).await;
                reset_handle.reset_on_close();
                Some(io::ErrorKind::ConnectionReset.into())
            }
            End::Truncate => {
                sleep(HEAD_START).await;
                Some(io::ErrorKind::UnexpectedEof.into())
            }
            End::Stall => future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt;
    use tokio::time::timeout;

    use super::*;

    const BYTES: &[u8] = &[7; 10_000];

    fn rate(bytes: u64) -> Option<ByteRate> {
        Some(ByteRate::new(bytes).unwrap())
    }

    /// When each piece came, and how large it was. The clock is the test's own.
    async fn flow(bandwidth: Option<ByteRate>) -> Vec<(Duration, usize)> {
        let start = Instant::now();
        faulty_body(Bytes::from_static(BYTES), bandwidth, None, ResetHandle::default())
            .into_data_stream()
            .map(|piece| (start.elapsed(), piece.unwrap().len()))
            .collect()
            .await
    }

    #[tokio::test(start_paused = true)]
    async fn without_weather_a_body_comes_at_once_and_in_one_piece() {
        assert_eq!(flow(None).await, [(Duration::ZERO, BYTES.len())]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_metered_body_comes_in_small_pieces_and_takes_its_time() {
        for (bandwidth, largest, seconds) in
            [(1000, 50, 10.0), (20_000, 1000, 0.5), (100_000, LARGEST_WRITE, 0.1), (50, 2, 200.0)]
        {
            let flow = flow(rate(bandwidth)).await;
            assert_eq!(flow.iter().map(|(_, size)| size).sum::<usize>(), BYTES.len());
            assert!(flow.iter().all(|(_, size)| *size as u64 <= largest), "{bandwidth}: {flow:?}");
            let took = flow.last().unwrap().0.as_secs_f64();
            // The clock ticks in milliseconds.
            assert!(took >= seconds && took < seconds + 0.003, "{bandwidth}: {took}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_metered_body_keeps_its_pace_all_along() {
        let mut sent = 0.0;
        for (at, size) in flow(rate(20_000)).await {
            sent += size as f64;
            assert!((at.as_secs_f64() - sent / 20_000.0).abs() < 0.002, "{sent} after {at:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn even_the_fastest_and_the_slowest_pace_end() {
        let fast = flow(rate(u64::MAX)).await;
        assert!(fast.last().unwrap().0 < Duration::from_millis(5));
        assert_eq!(flow(rate(1)).await.len(), BYTES.len());
    }

    #[tokio::test(start_paused = true)]
    async fn a_broken_body_gives_half_and_then_fails() {
        for fault in [Fault::Reset, Fault::Truncate] {
            let body =
                faulty_body(Bytes::from_static(BYTES), None, Some(fault), ResetHandle::default());
            let pieces: Vec<_> = body.into_data_stream().collect().await;
            assert_eq!(pieces[0].as_ref().unwrap().len(), BYTES.len() / 2);
            assert!(pieces[1].is_err() && pieces.len() == 2, "{fault:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_stalled_body_gives_half_and_then_nothing_for_ever() {
        let body = faulty_body(
            Bytes::from_static(BYTES),
            rate(20_000),
            Some(Fault::Stall),
            ResetHandle::default(),
        );
        let mut pieces = body.into_data_stream();
        for _ in 0..5 {
            assert_eq!(pieces.next().await.unwrap().unwrap().len(), 1000);
        }
        assert!(timeout(Duration::from_secs(86_400), pieces.next()).await.is_err());
    }
}
