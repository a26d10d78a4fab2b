//! Bodies that do not simply arrive: metered ones, and broken ones.

use std::future;
use std::io;
use std::time::Duration;

use axum::body::{Body, Bytes};
use futures_util::stream;
use tokio::time::{Instant, sleep, sleep_until};

use super::values::ByteRate;
use super::weather::Fault;
use super::wire::Cutter;

/// Metered bodies flow in writes this often, or a byte at a time where that is more seldom.
const WRITES_PER_SECOND: u64 = 20;

/// Metered bodies flow in writes of at most about a packet, so that a fast one is not a single burst either.
const LARGEST_WRITE: u64 = 1400;

/// What was written gets this long to arrive before a reset overtakes it: a receiver may throw away what it has not
/// read by then.
const HEAD_START: Duration = Duration::from_millis(10);

/// A body on its way out.
struct Pour {
    left: Bytes,
    sent: u64,
    since: Instant,
    bandwidth: Option<ByteRate>,
    ending: Ending,
}

/// How a body ends when all that it has to give is out.
enum Ending {
    Whole,
    Reset(Cutter),
    Truncate,
    Stall,
}

/// A body of `bytes`, from now on, at that pace and with that fault. The caller has said `Content-Length: bytes.len()`.
///
/// A fault in mid-body lets half of it out first.
pub(super) fn pour(
    bytes: Bytes,
    bandwidth: Option<ByteRate>,
    fault: Option<Fault>,
    cutter: Cutter,
) -> Body {
    let ending = match fault {
        None | Some(Fault::Error) => Ending::Whole,
        Some(Fault::Reset) => Ending::Reset(cutter),
        Some(Fault::Truncate) => Ending::Truncate,
        Some(Fault::Stall) => Ending::Stall,
    };
    if matches!(ending, Ending::Whole) && bandwidth.is_none() {
        return Body::from(bytes);
    }
    let left = match ending {
        Ending::Whole => bytes,
        _ => bytes.slice(..bytes.len() / 2),
    };
    let pour = Pour { left, sent: 0, since: Instant::now(), bandwidth, ending };
    Body::from_stream(stream::unfold(pour, Pour::next))
}

impl Pour {
    async fn next(mut self) -> Option<(io::Result<Bytes>, Pour)> {
        if self.left.is_empty() {
            let error = self.end().await?;
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
            Ending::Whole => None,
            Ending::Reset(cutter) => {
                sleep(HEAD_START).await;
                cutter.make_reset();
                Some(io::ErrorKind::ConnectionReset.into())
            }
            Ending::Truncate => {
                sleep(HEAD_START).await;
                Some(io::ErrorKind::UnexpectedEof.into())
            }
            Ending::Stall => future::pending().await,
        }
    }
}
