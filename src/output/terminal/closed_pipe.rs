//! Ignores a closed pipe: a reader such as `head` may close it early, which is not an error.

use std::io::{self, ErrorKind};

/// Returns `written` without the error of a closed pipe.
///
/// # Errors
/// Any other error of `written`.
pub fn ignore_closed_pipe(written: io::Result<()>) -> io::Result<()> {
    written.or_else(|error| match error.kind() {
        ErrorKind::BrokenPipe => Ok(()),
        _ => Err(error),
    })
}
