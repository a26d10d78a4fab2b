//! How long the processor has worked for this process.

use std::time::Duration;

/// Processor time of the whole process, all of its threads together.
///
/// An embedded server is part of the process, and so is its work. On systems other than Unix, where no safe
/// interface offers it, both are zero.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CpuTime {
    pub user: Duration,
    pub system: Duration,
}

impl CpuTime {
    /// Since the process started.
    pub fn so_far() -> CpuTime {
        #[cfg(unix)]
        {
            use nix::sys::resource::{UsageWho, getrusage};
            // It fails only for a process that is not there.
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

    /// What has been added since `earlier`.
    pub fn since(self, earlier: CpuTime) -> CpuTime {
        CpuTime {
            user: self.user.saturating_sub(earlier.user),
            system: self.system.saturating_sub(earlier.system),
        }
    }
}

#[cfg(unix)]
fn duration(time: nix::sys::time::TimeVal) -> Duration {
    Duration::from_secs(part(time.tv_sec())) + Duration::from_micros(part(time.tv_usec()))
}

/// Which integer it comes as differs from system to system. It is never negative.
#[cfg(unix)]
fn part(number: impl TryInto<u64>) -> u64 {
    number.try_into().unwrap_or(0)
}
