//! `flags serve`, run as a user or a script runs it.

mod plain_http;
mod support;

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, ChildStdout, Stdio};

use plain_http::get;
use support::{flags, gif, program, stderr, stdout};

/// A running `flags serve`, killed when dropped.
struct Serve {
    process: Child,
    /// The rest of stdout; `None` once it is closed.
    #[cfg_attr(not(unix), expect(dead_code))]
    stdout: Option<BufReader<ChildStdout>>,
    base_url: String,
}

impl Serve {
    fn start(arguments: &[&str]) -> Serve {
        let mut process = program()
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

/// Runs a command that cannot start: its exit status and stderr.
fn fail(arguments: &[&str]) -> (Option<i32>, String) {
    let output = flags().arg("serve").args(arguments).output().unwrap();
    assert_eq!(stdout(&output), "");
    (output.status.code(), stderr(&output))
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
fn the_weather_options_take_effect() {
    let serve = Serve::start(&["--error-rate", "1", "--error-status", "503", "--retry-after", "7"]);
    let answer = get(&serve.base_url, "/flags/br/br.gif");
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("7")));
}

#[test]
fn help_says_which_servers_have_weather_and_what_the_default_is() {
    let help = |args: &[&str]| stdout(&flags().args(args).output().unwrap());
    for command in [&["--help"][..], &["-h"], &["compare", "-h"]] {
        let heading = "Weather (with --server local, delay or error):\n";
        assert!(help(command).contains(heading), "{command:?}");
    }
    assert!(help(&["serve", "-h"]).contains("Weather (default: none):\n"));
}

#[test]
fn a_folder_is_served() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("ZZ.gif"), gif("flag")).unwrap();
    let serve = Serve::start(&["--dir", folder.path().to_str().unwrap()]);
    assert_eq!(get(&serve.base_url, "/flags/zz/zz.gif").body, gif("flag"));
    assert_eq!(get(&serve.base_url, "/flags/br/br.gif").status, 404);
}

/// A system that refuses further threads could not stop it from serving files.
#[cfg(target_os = "linux")]
#[test]
fn files_are_read_without_further_threads() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("ZZ.gif"), gif("flag")).unwrap();
    let serve = Serve::start(&["--dir", folder.path().to_str().unwrap()]);
    let threads =
        || std::fs::read_dir(format!("/proc/{}/task", serve.process.id())).unwrap().count();
    // All other threads are there before the first request is answered.
    assert_eq!(get(&serve.base_url, "/").status, 307);
    let before = threads();
    assert!(get(&serve.base_url, "/flags/zz/zz.gif").is_whole());
    assert_eq!(get(&serve.base_url, "/flags/").status, 200);
    assert_eq!(threads(), before);
}

#[test]
fn a_host_name_can_be_bound() {
    for name in ["localhost", "LocalHost"] {
        let serve = Serve::start(&["--bind", name]);
        assert!(get(&serve.base_url, "/flags/br/br.gif").is_whole());
    }
    let (status, stderr) = fail(&["--port", "0", "--bind", "no-such-host.invalid"]);
    assert_eq!(status, Some(1));
    assert!(stderr.starts_with("flags: cannot resolve --bind no-such-host.invalid"), "{stderr}");
}

#[test]
fn a_port_in_use_is_one_clear_error() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let (status, stderr) = fail(&["--port", &address.port().to_string()]);
    assert_eq!(status, Some(1));
    assert!(stderr.contains(&address.to_string()) && stderr.contains("--port"), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
}

#[test]
fn a_folder_that_cannot_be_listed_is_one_clear_error() {
    for folder in ["no/such/folder", "Cargo.toml"] {
        let (status, stderr) = fail(&["--port", "0", "--dir", folder]);
        assert_eq!(status, Some(1));
        let message = format!("flags: cannot serve the folder {folder}: ");
        assert!(stderr.starts_with(&message), "{stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
    }
}

#[test]
fn contradictory_or_invalid_arguments_are_a_usage_error() {
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
        /// Sends a signal and waits for the end: the exit status, the rest of stdout, and stderr.
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
    fn sigint_and_sigterm_stop_it_with_counts_and_success() {
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
    fn open_connections_do_not_delay_the_end() {
        let serve = Serve::start(&["--stall-rate", "1"]);
        let mut stalled = plain_http::send(&serve.base_url, "GET /flags/br/br.gif HTTP/1.1", &[]);
        plain_http::read_one(&mut stalled, false);
        let line = "served 1 request: 1 stalled\n";
        assert_eq!(serve.end(Signal::SIGINT), (Some(0), line.into(), String::new()));
    }

    #[test]
    fn a_closed_stdout_does_not_stop_it() {
        let mut serve = Serve::start(&[]);
        serve.stdout = None;
        assert_eq!(serve.end(Signal::SIGTERM), (Some(0), String::new(), String::new()));
    }

    #[test]
    fn verbose_prints_a_line_per_request_on_stderr() {
        let options = ["-v", "--delay", "5ms", "--truncate-rate", "1"];
        let serve = Serve::start(&options);
        let length = get(&serve.base_url, "/flags/br/br.gif").content_length().unwrap();
        get(&serve.base_url, "/flags/zz/zz.gif");
        // U+202E, which reverses the text that follows it on a terminal.
        get(&serve.base_url, "/\u{202e}");
        let (_, _, stderr) = serve.end(Signal::SIGINT);
        let lines: Vec<Vec<_>> = stderr.lines().map(|line| line.split(' ').collect()).collect();
        for line in &lines {
            assert!(line[0].ends_with('Z') && line[0].contains('T'), "{line:?}");
            assert!(line[1].starts_with("127.0.0.1:"), "{line:?}");
        }
        let half = format!("{}B", length / 2);
        assert_eq!(lines[0][2..], ["BR", "200", &half, "5ms", "truncate"]);
        assert_eq!(lines[1][2..], ["ZZ", "404", "14B", "5ms", "-"]);
        assert_eq!(lines[2][2..], ["/\\u{202e}", "404", "14B", "0ms", "-"]);
        assert_eq!(lines.len(), 3, "{stderr}");
    }

    #[test]
    fn a_file_that_is_not_a_whole_gif_is_reported_on_stderr() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ZZ.gif"), "<html>").unwrap();
        let serve = Serve::start(&["--dir", folder.path().to_str().unwrap()]);
        assert_eq!(get(&serve.base_url, "/flags/zz/zz.gif").status, 404);
        let (_, _, stderr) = serve.end(Signal::SIGINT);
        assert!(stderr.starts_with("flags: "), "{stderr}");
        assert!(stderr.contains("ZZ.gif is not a whole GIF"), "{stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
    }
}
