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
    #[cfg(unix)]
    pub fn now() -> CpuTime {
        use nix::sys::resource::{UsageWho, getrusage};
        use nix::sys::time::{TimeVal, TimeValLike};

        let duration =
            |time: TimeVal| Duration::from_micros(time.num_microseconds().unsigned_abs());
        // getrusage(2) fails only on invalid arguments.
        let usage = getrusage(UsageWho::RUSAGE_SELF);
        usage.map_or(CpuTime::default(), |usage| CpuTime {
            user: duration(usage.user_time()),
            system: duration(usage.system_time()),
        })
    }

    #[cfg(not(unix))]
    pub fn now() -> CpuTime {
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
