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

fn is_root() -> bool {
    nix::unistd::getuid().is_root()
}
