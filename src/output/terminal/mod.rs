//! What is written to stdout and stderr, and how: messages, progress bars, escapes, the characters
//! that may be used, the width, closed pipes.

mod charset;
pub mod escape;
pub(super) mod progress;
pub mod rounds_bar;
pub mod stderr;

use std::io::{self, ErrorKind, Write};

use console::Term;

pub use charset::Charset;

/// A stream that text for people goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    Stdout,
    Stderr,
}

impl Stream {
    /// The width in columns, 80 if it is not known; `None` if the stream is not a terminal.
    pub fn width(self) -> Option<usize> {
        let term = match self {
            Stream::Stdout => Term::stdout(),
            Stream::Stderr => Term::stderr(),
        };
        term.is_term().then(|| term.size().1.into())
    }
}

/// Whether stdout and stderr are the same file, pipe or terminal, as with `2>&1`. False if the
/// system cannot tell, and on Windows, where no safe interface does.
pub(super) fn are_streams_merged() -> bool {
    #[cfg(unix)]
    {
        use nix::sys::stat::fstat;

        let streams = (fstat(io::stdout()), fstat(io::stderr()));
        matches!(streams, (Ok(one), Ok(other))
            if (one.st_dev, one.st_ino) == (other.st_dev, other.st_ino))
    }
    #[cfg(not(unix))]
    false
}

/// Whether this process may draw on the terminal of stderr: false while another process group owns
/// that terminal, as the shell does while this is a background job.
fn is_in_foreground() -> bool {
    #[cfg(unix)]
    {
        use nix::unistd::{getpgrp, tcgetpgrp};

        // An error means that it is not the controlling terminal, which has no foreground.
        tcgetpgrp(io::stderr()).map_or(true, |owner| owner == getpgrp())
    }
    #[cfg(not(unix))]
    true
}

/// Writes the whole `text` to `stream`.
///
/// # Errors
/// The stream cannot be written. A closed pipe is not an error.
pub(crate) fn write_all(mut stream: impl Write, text: &str) -> io::Result<()> {
    ignore_closed_pipe(stream.write_all(text.as_bytes()).and_then(|()| stream.flush()))
}

/// Returns `written` without the error of a closed pipe: a reader such as `head` may close it
/// early.
///
/// # Errors
/// Any other error of `written`.
pub fn ignore_closed_pipe(written: io::Result<()>) -> io::Result<()> {
    written.or_else(|error| match error.kind() {
        ErrorKind::BrokenPipe => Ok(()),
        _ => Err(error),
    })
}
