//! The CPU time of this process.

use std::time::Duration;

#[cfg(unix)]
use nix::sys::{
    resource::{UsageWho, getrusage},
    time::TimeValLike,
};

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
        // getrusage(2) fails only on invalid arguments.
        #[cfg(unix)]
        if let Ok(usage) = getrusage(UsageWho::RUSAGE_SELF) {
            let [user, system] = [usage.user_time(), usage.system_time()]
                .map(|time| Duration::from_micros(time.num_microseconds().unsigned_abs()));
            return CpuTime { user, system };
        }
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
