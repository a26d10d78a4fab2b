//! Runs of the program against a server that speaks TLS.

use std::fs;
use std::path::Path;
use std::time::Duration;

use tempfile::{NamedTempFile, TempDir, tempdir};

use super::child_process::{FinishedRun, Running};
use super::tls::Authority;
use super::{flag, gif, json, names, program};

/// A run in progress, and the folder that it saves into.
pub struct TlsRun {
    run: Running,
    dest: TempDir,
    /// The file of `--cacert`, which is removed when dropped.
    _trusted: NamedTempFile,
}

impl TlsRun {
    /// Starts a run over `base` that trusts `authority`. `args` are codes and options.
    pub fn start(mode: &str, args: &[&str], base: &str, authority: &Authority) -> TlsRun {
        TlsRun::start_with(mode, args, base, authority, &[])
    }

    /// The same with environment variables.
    pub fn start_with(
        mode: &str,
        args: &[&str],
        base: &str,
        authority: &Authority,
        variables: &[(&str, &str)],
    ) -> TlsRun {
        let (dest, trusted) = (tempdir().unwrap(), NamedTempFile::new().unwrap());
        fs::write(&trusted, authority.pem()).unwrap();
        let mut flags = program();
        flags.envs(variables.iter().copied());
        flags.args(["--json", "-m", mode, "--timeout", "2", "-s", base]).args(args);
        flags.arg("--cacert").arg(trusted.path()).arg("--dest").arg(dest.path());
        TlsRun { run: Running::start(&mut flags), dest, _trusted: trusted }
    }

    /// Waits for the end of the run.
    pub fn end(self) -> (FinishedRun, TempDir) {
        (self.run.end_within(Duration::from_secs(60)), self.dest)
    }
}

/// Runs the program to its end, with the arguments of [`TlsRun::start`].
pub fn run(mode: &str, args: &[&str], base: &str, authority: &Authority) -> (FinishedRun, TempDir) {
    TlsRun::start(mode, args, base, authority).end()
}

/// How `code` ended: its status or the kind of its error, and the number of attempts.
pub fn ended_as(ran: &FinishedRun, code: &str) -> (String, u64) {
    let document = json(&ran.output);
    let flag = flag(&document, code);
    let kind = flag["error"]["kind"].as_str().or(flag["status"].as_str());
    (kind.unwrap().to_owned(), flag["attempts"].as_u64().unwrap())
}

/// Asserts that the folder has these flags, whole, and nothing else.
pub fn assert_whole(dest: &Path, codes: &[&str]) {
    let files: Vec<_> = codes.iter().map(|code| format!("{code}.gif")).collect();
    assert_eq!(names(dest), files);
    for code in codes {
        assert_eq!(fs::read(dest.join(format!("{code}.gif"))).unwrap(), gif(code));
    }
}
