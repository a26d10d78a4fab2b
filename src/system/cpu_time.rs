//! The CPU time of this process.

use std::time::Duration;

/// CPU time of all threads of the process, including those of an embedded server.
///
/// Zero on systems other than Unix, where no safe interface reports it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CpuTime {
    pub user: Duration,
    pub system: Duration,
}

impl CpuTime {
    /// The CPU time since the process started.
    pub fn now() -> CpuTime {
        #[cfg(unix)]
        {
            use nix::sys::resource::{UsageWho, getrusage};
            // getrusage(2) fails only on invalid arguments.
            getrusage(UsageWho::RUSAGE_SELF)
                .map(|usage| CpuTime {
                    user: duration(usage.user_time()),
                    system: duration(usage.system_time()),
                })
                .unwrap_or_default()
        }
        #[cfg(not(unix))]
        CpuTime::default()
    }

    /// The CPU time between `earlier` and this.
    pub fn since(self, earlier: CpuTime) -> CpuTime {
        CpuTime {
            user: self.user.saturating_sub(earlier.user),
            system: self.system.saturating_sub(earlier.system),
        }
    }
}

#[cfg(unix)]
fn duration(time: nix::sys::time::TimeVal) -> Duration {
    // The integer types differ from system to system; the values are never negative.
    fn unsigned(number: impl TryInto<u64>) -> u64 {
        number.try_into().unwrap_or(0)
    }
    Duration::from_secs(unsigned(time.tv_sec())) + Duration::from_micros(unsigned(time.tv_usec()))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn times_have_seconds_and_microseconds() {
        let time = nix::sys::time::TimeVal::new(2, 500_000);
        assert_eq!(duration(time), Duration::from_millis(2500));
    }
}
