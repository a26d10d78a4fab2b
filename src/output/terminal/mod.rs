//! What is written to stdout and stderr, and how: messages, progress bars, escapes, closed pipes.

mod closed_pipe;
pub mod escape;
pub(super) mod progress;
pub mod rounds_bar;
pub mod stderr;

pub use closed_pipe::ignore_closed_pipe;
