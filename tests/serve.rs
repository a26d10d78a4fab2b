//! `flags serve`, as a person or a script runs it.

mod plain_http;

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, ChildStdout, Command, Stdio};

use assert_cmd::cargo::cargo_bin;
use plain_http::get;

/// A running `flags serve`; killed if a test ends without having ended it.
struct Serve {
    process: Child,
    /// What it still has to say, until somebody closes it.
    #[cfg_attr(not(unix), expect(dead_code))]
    stdout: Option<BufReader<ChildStdout>>,
    base_url: String,
}

impl Serve {
    fn start(arguments: &[&str]) -> Serve {
        let mut process = Command::new(cargo_bin("flags"))
            .args(["serve", "--port", "0"])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(process.stdout.take().unwrap());
        let mut base_url = String::new();
        stdout.read_line(&mut base_url).unwrap();
        let base_url = base_url.trim_end().to_owned();
        assert!(base_url.starts_with("http://"), "{base_url:?}");
        Serve { process, stdout: Some(stdout), base_url }
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Runs it where it should end by itself: its exit status, and what it wrote to stderr.
fn fail(arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(cargo_bin("flags")).arg("serve").args(arguments).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn the_first_line_is_a_base_url_that_answers() {
    let serve = Serve::start(&[]);
    assert!(serve.base_url.starts_with("http://127.0.0.1:") && serve.base_url.ends_with("/flags"));
    assert!(get(&serve.base_url, "/flags/br/br.gif").is_whole());
}

#[cfg(target_os = "linux")]
#[test]
fn many_slow_requests_do_not_take_a_thread_each() {
    let serve = Serve::start(&["--delay", "500ms"]);
    let codes = flags::country::ALL.map(|code| code.lower());
    let request = |code: &String| {
        let line = format!("GET /flags/{code}/{code}.gif HTTP/1.1");
        plain_http::send(&serve.base_url, &line, &[])
    };
    let mut waiting: Vec<_> = codes.iter().map(request).collect();
    let first = plain_http::read_one(&mut waiting[0], true);
    assert!(first.is_whole());
    let threads = std::fs::read_dir(format!("/proc/{}/task", serve.process.id())).unwrap().count();
    assert!(threads < 12, "{threads}");
    for stream in &mut waiting[1..] {
        assert!(plain_http::read_one(stream, true).is_whole());
    }
}

#[test]
fn weather_is_set_as_it_is_typed() {
    let serve = Serve::start(&["--error-rate", "1", "--error-status", "503", "--retry-after", "7"]);
    let answer = get(&serve.base_url, "/flags/br/br.gif");
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("7")));
}

#[test]
fn a_folder_is_served() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("ZZ.gif"), "flag").unwrap();
    let serve = Serve::start(&["--dir", folder.path().to_str().unwrap()]);
    assert_eq!(get(&serve.base_url, "/flags/zz/zz.gif").body, b"flag");
    assert_eq!(get(&serve.base_url, "/flags/br/br.gif").status, 404);
}

#[test]
fn a_port_that_is_taken_is_one_clear_error() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let (status, stderr) = fail(&["--port", &address.port().to_string()]);
    assert_eq!(status, Some(1));
    assert!(stderr.contains(&address.to_string()) && stderr.contains("--port"), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
}

#[test]
fn a_folder_that_is_not_there_is_one_clear_error() {
    let (status, stderr) = fail(&["--port", "0", "--dir", "no/such/folder"]);
    assert_eq!(status, Some(1));
    assert!(stderr.contains("no/such/folder"), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
}

#[test]
fn what_cannot_be_meant_is_a_usage_error() {
    for arguments in [
        vec!["--error-rate", "0.6", "--stall-rate", "0.6"],
        vec!["--error-rate", "NaN"],
        vec!["--delay", "2s..1s"],
        vec!["--bandwidth", "0"],
        vec!["--bind", "localhost:80"],
        vec!["--port", "65536"],
    ] {
        let (status, stderr) = fail(&arguments);
        assert_eq!(status, Some(2), "{arguments:?}: {stderr}");
        assert!(stderr.starts_with("error: "), "{stderr}");
    }
}

#[cfg(unix)]
mod signals {
    use std::io::Read;

    use nix::sys::signal::{Signal, kill};
    use nix::unistd::Pid;

    use super::*;

    impl Serve {
        /// Sends it a signal and waits for its end: its exit status, and what it still wrote to stdout and stderr.
        fn end(mut self, signal: Signal) -> (Option<i32>, String, String) {
            kill(Pid::from_raw(self.process.id() as i32), signal).unwrap();
            let (mut stdout, mut stderr) = (String::new(), String::new());
            if let Some(open) = &mut self.stdout {
                open.read_to_string(&mut stdout).unwrap();
            }
            self.process.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
            (self.process.wait().unwrap().code(), stdout, stderr)
        }
    }

    #[test]
    fn either_signal_ends_it_with_a_count_and_success() {
        for signal in [Signal::SIGINT, Signal::SIGTERM] {
            let serve = Serve::start(&["--error-rate", "1"]);
            get(&serve.base_url, "/flags/br/br.gif");
            get(&serve.base_url, "/flags/zz/zz.gif");
            get(&serve.base_url, "/");
            let line = "served 3 requests: 1 not found, 1 error, 1 for the page\n";
            assert_eq!(serve.end(signal), (Some(0), line.into(), String::new()));
        }
    }

    #[test]
    fn open_connections_do_not_hold_it_up() {
        let serve = Serve::start(&["--stall-rate", "1"]);
        let mut stalled = plain_http::send(&serve.base_url, "GET /flags/br/br.gif HTTP/1.1", &[]);
        plain_http::read_one(&mut stalled, false);
        let line = "served 1 request: 1 stalled\n";
        assert_eq!(serve.end(Signal::SIGINT), (Some(0), line.into(), String::new()));
    }

    #[test]
    fn nobody_need_be_there_to_read_what_it_says() {
        let mut serve = Serve::start(&[]);
        serve.stdout = None;
        assert_eq!(serve.end(Signal::SIGTERM), (Some(0), String::new(), String::new()));
    }
}
