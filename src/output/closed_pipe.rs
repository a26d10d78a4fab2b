//! A reader that closes its pipe early, such as `head`, has read all it needs.

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
