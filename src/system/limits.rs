//! The limit on open files, and how many concurrent requests it allows.

use crate::numbers::counted;

/// Raises the soft limit on open files (`RLIMIT_NOFILE`): each connection needs a descriptor, and
/// macOS allows only 256 by default. If the system refuses, the old limit stays.
pub(crate) fn raise_limit() {
    #[cfg(unix)]
    {
        use nix::sys::resource::{Resource, getrlimit, setrlimit};

        // OPEN_MAX of macOS, which refuses more, regardless of its hard limit.
        const OPEN_MAX: u64 = 10_240;
        if let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE)
            && soft < hard.min(OPEN_MAX)
        {
            let _ = setrlimit(Resource::RLIMIT_NOFILE, hard.min(OPEN_MAX), hard);
        }
    }
}

/// The limit on open files is too low for the requested number of concurrent requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "only {} at once: the system allows this program {limit} open files (ulimit -n)",
    counted(*jobs, "request", "requests")
)]
pub struct FewOpenFiles {
    /// The maximum number of concurrent requests that the limit allows.
    pub jobs: usize,
    limit: usize,
}

/// Checks that the limit on open files allows `asked` concurrent requests. Call it after
/// [`runtime::start`](crate::system::runtime::start), which raises the limit. An `embedded` server uses
/// descriptors of the same process.
///
/// # Errors
/// The limit is too low.
pub fn check(asked: usize, embedded: bool) -> Result<(), FewOpenFiles> {
    let Some(limit) = limit() else { return Ok(()) };
    match jobs_within(limit, embedded) {
        jobs if jobs < asked => Err(FewOpenFiles { jobs, limit }),
        _ => Ok(()),
    }
}

/// The number of concurrent requests that `limit` descriptors allow.
fn jobs_within(limit: usize, embedded: bool) -> usize {
    /// Descriptors for the standard streams, the runtimes, and the system's libraries.
    const RESERVE: usize = 24;
    // A request has a connection and a file. If it is retried on a fresh connection, its first
    // connection may stay in the pool. An embedded server has the other ends of the connections.
    let per_request = if embedded { 5 } else { 3 };
    (limit.saturating_sub(RESERVE) / per_request).max(1)
}

#[cfg(unix)]
fn limit() -> Option<usize> {
    use nix::sys::resource::{Resource, getrlimit};

    let (soft, _) = getrlimit(Resource::RLIMIT_NOFILE).ok()?;
    usize::try_from(soft).ok()
}

#[cfg(not(unix))]
fn limit() -> Option<usize> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_least_one_request_is_allowed() {
        assert_eq!(jobs_within(10, true), 1);
        assert_eq!(jobs_within(0, false), 1);
    }

    #[test]
    fn an_embedded_server_takes_descriptors_too() {
        assert_eq!(jobs_within(64, false), 13);
        assert_eq!(jobs_within(64, true), 8);
    }
}
