//! What depends on the operating system: signals, the async runtime and its limits, CPU time.

pub mod cpu_time;
pub mod runtime;
pub mod signals;
