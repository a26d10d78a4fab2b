//! Flags on the disk: saved whole or not at all, with clear errors and no other files left behind.

mod existing;
#[cfg(unix)]
mod exports;
mod folder;
#[cfg(unix)]
mod limits;
#[cfg(unix)]
mod streams;
#[path = "../support/mod.rs"]
mod support;
mod times;
#[cfg(windows)]
mod windows;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use support::child_process::Running;
use support::handlers::whole;
use support::{TestServer, names, program};

const MAX_WAIT: Duration = Duration::from_secs(20);

/// A server with a different flag for every code.
fn server() -> TestServer {
    TestServer::start(whole)
}

fn run(command: &mut Command) -> Output {
    Running::start(command).end_within(MAX_WAIT).output
}

/// Runs the program with `arguments`, which saves into `dest`.
fn run_into(dest: &Path, server: &TestServer, arguments: &[&str]) -> Output {
    run(program().args(arguments).args(["-s", &server.base(), "-d"]).arg(dest))
}

/// The file of the flag of `code`.
fn read(dest: &Path, code: &str) -> Vec<u8> {
    fs::read(dest.join(format!("{code}.gif"))).unwrap()
}

/// Checks that each file in `dest` has a final name and is the `image` of its code. Returns the
/// number of files.
fn count_whole(dest: &Path, image: impl Fn(&str) -> Vec<u8>) -> usize {
    let names = names(dest);
    for name in &names {
        let code = name.strip_suffix(".gif").filter(|code| code.len() == 2);
        let code = code.unwrap_or_else(|| panic!("{name} was left behind"));
        assert!(fs::read(dest.join(name)).unwrap() == image(code), "{name} is torn");
    }
    names.len()
}

/// The program, with a system call that fails: `fault` is an argument of `strace -e inject=`. With
/// a `path`, only calls for that file fail. `None` if strace does not work here.
#[cfg(target_os = "linux")]
fn with_fault(fault: &str, path: Option<&Path>) -> Option<Command> {
    let inject = format!("inject={fault}");
    let mut strace = vec!["-f", "-qq", "-o", "/dev/null", "-e", &inject];
    strace.extend(path.and_then(Path::to_str).map(|path| ["-P", path]).iter().flatten());
    let works = support::available("strace", &[&strace[..], &["true"]].concat());
    works.then(|| support::wrap(&[&["strace"], &strace[..]].concat(), &program()))
}

#[cfg(unix)]
fn is_root() -> bool {
    nix::unistd::getuid().is_root()
}
