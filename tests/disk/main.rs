//! Flags on the disk: saved whole or not at all, with clear errors and no other files left behind.
#![cfg(unix)]

mod existing;
mod folder;
mod limits;
mod streams;
#[path = "../support/mod.rs"]
mod support;
mod times;

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use support::child_process::Running;
use support::handlers::whole;
use support::{TestServer, names, program};

const MAX_WAIT: Duration = Duration::from_secs(20);

/// A server with a different flag for every code.
fn server() -> TestServer {
    TestServer::start(whole)
}

/// The program, started by `wrapper`, which gets the command line as further arguments.
fn wrapped(wrapper: &[&str]) -> Command {
    let inner = program();
    let mut outer = Command::new(wrapper[0]);
    outer.args(&wrapper[1..]).arg(inner.get_program());
    for (name, value) in inner.get_envs() {
        match value {
            Some(value) => outer.env(name, value),
            None => outer.env_remove(name),
        };
    }
    outer
}

/// The program, started by a shell after the command `first`.
fn after(first: &str) -> Command {
    wrapped(&["sh", "-c", &format!("{first}\nexec \"$@\""), "sh"])
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

/// Whether the system permits `program` with these arguments. If not, says that a test is skipped.
fn available(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    let status = command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let works = status.is_ok_and(|status| status.success());
    if !works {
        eprintln!("SKIPPED: `{program} {}` does not work here", arguments.join(" "));
    }
    works
}

fn is_root() -> bool {
    nix::unistd::getuid().is_root()
}
