//! What depends on the operating system: signals, limits, the async runtime, CPU time.

pub mod cpu_time;
pub mod limits;
pub mod runtime;
pub mod signals;
#[cfg(unix)]
pub mod suspend;
