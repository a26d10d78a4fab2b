//! The modification time of a saved flag, and `--update`, which sends it to the server.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tempfile::{TempDir, tempdir};

use crate::support::handlers::status;
use crate::support::{MODES, TestServer, answer, flag, gif, json, stderr};
use crate::{read, run_into};

/// The example of RFC 9110, §5.6.7, and its seconds since 1970.
const DATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
const SECONDS: u64 = 784_111_777;

fn time(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

fn modified(dest: &Path) -> SystemTime {
    fs::metadata(dest.join("BR.gif")).unwrap().modified().unwrap()
}

/// A folder with `bytes` for BR, modified at `time`.
fn folder_with(bytes: &[u8], time: SystemTime) -> TempDir {
    let dest = tempdir().unwrap();
    let path = dest.path().join("BR.gif");
    fs::write(&path, bytes).unwrap();
    fs::File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
    dest
}

/// A server with a flag of [`DATE`]. It answers 304 to a request that names this date or a later
/// one.
fn dated() -> TestServer {
    TestServer::start(|request, stream| match request.header("if-modified-since") {
        Some(since) if httpdate::parse_http_date(since).unwrap() >= time(SECONDS) => {
            status(stream, "304 Not Modified", "")
        }
        _ => answer(stream, "200 OK", &format!("Last-Modified: {DATE}\r\n"), &gif("new")),
    })
}

/// A server with the same flag and these headers for every code.
fn server_with(headers: &'static str) -> TestServer {
    TestServer::start(move |_, stream| answer(stream, "200 OK", headers, &gif("new")))
}

#[test]
fn a_saved_flag_takes_the_time_of_the_server_with_and_without_update() {
    let server = dated();
    for option in ["--update", "--json"] {
        for mode in MODES {
            let dest = tempdir().unwrap();
            let output = run_into(dest.path(), &server, &["BR", "-m", mode, option]);
            assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
            assert_eq!(modified(dest.path()), time(SECONDS), "{mode} {option}");
        }
    }
}

#[test]
fn without_a_valid_date_of_the_server_a_flag_takes_the_current_time() {
    for headers in [
        "Last-Modified: yesterday\r\n",
        "Last-Modified: Sun, 99 Nov 1994 08:49:37 GMT\r\n",
        "Last-Modified: gestern früh\r\n",
        "Last-Modified: \r\n",
        "",
    ] {
        let server = server_with(headers);
        for option in ["--update", "--json"] {
            let dest = folder_with(&gif("old"), time(SECONDS));
            let before = SystemTime::now() - Duration::from_secs(2);
            let output = run_into(dest.path(), &server, &["BR", option]);
            assert_eq!(output.status.code(), Some(0), "{headers:?}: {}", stderr(&output));
            assert_eq!(read(dest.path(), "BR"), gif("new"));
            let modified = modified(dest.path());
            assert!(modified >= before && modified <= SystemTime::now(), "{headers:?} {option}");
        }
    }
}

#[test]
fn the_first_of_two_dates_counts_and_a_distant_one_is_taken_as_it_is() {
    for (headers, seconds) in [
        (
            "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n\
             Last-Modified: Fri, 01 Jan 2016 00:00:00 GMT\r\n",
            SECONDS,
        ),
        ("Last-Modified: Thu, 01 Jan 1970 00:00:00 GMT\r\n", 0),
        ("Last-Modified: Fri, 01 Jan 2100 00:00:00 GMT\r\n", 4_102_444_800),
    ] {
        let server = server_with(headers);
        let dest = tempdir().unwrap();
        let output = run_into(dest.path(), &server, &["BR"]);
        assert_eq!(output.status.code(), Some(0), "{headers:?}: {}", stderr(&output));
        assert_eq!(modified(dest.path()), time(seconds), "{headers:?}");
    }
}

#[cfg(unix)]
#[test]
fn an_identical_file_is_kept() {
    use std::os::unix::fs::MetadataExt;

    let dest = folder_with(&gif("new"), time(SECONDS));
    let inode = || fs::metadata(dest.path().join("BR.gif")).unwrap().ino();
    let before = inode();
    let output = run_into(dest.path(), &dated(), &["BR", "--json"]);
    assert_eq!(flag(&json(&output), "BR")["status"], "ok");
    assert_eq!(inode(), before);
}

#[test]
fn an_identical_file_takes_the_new_time() {
    let long_ago = time(1_000_000_000);
    for (server, is_dated) in [(dated(), true), (server_with(""), false)] {
        let dest = folder_with(&gif("new"), long_ago);
        let output = run_into(dest.path(), &server, &["BR", "--json"]);
        assert_eq!(flag(&json(&output), "BR")["status"], "ok");
        match is_dated {
            true => assert_eq!(modified(dest.path()), time(SECONDS)),
            false => assert!(modified(dest.path()) > long_ago),
        }
    }
}

#[test]
fn a_different_file_of_the_same_length_is_replaced() {
    let dest = folder_with(&gif("old"), time(SECONDS));
    run_into(dest.path(), &dated(), &["BR"]);
    assert_eq!(read(dest.path(), "BR"), gif("new"));
}

#[test]
fn update_replaces_an_older_flag_once() {
    let server = dated();
    for old in [gif("old"), gif("new")] {
        for mode in MODES {
            let dest = folder_with(&old, time(SECONDS - 1));
            let arguments = ["BR", "--update", "--json", "-m", mode];
            let output = run_into(dest.path(), &server, &arguments);
            assert_eq!(flag(&json(&output), "BR")["status"], "ok");
            assert_eq!(read(dest.path(), "BR"), gif("new"));
            assert_eq!(modified(dest.path()), time(SECONDS));

            let output = run_into(dest.path(), &server, &arguments);
            assert_eq!(output.status.code(), Some(0));
            assert_eq!(flag(&json(&output), "BR")["status"], "unchanged");
            assert_eq!(server.requests().last().unwrap().header("if-modified-since"), Some(DATE));
            assert_eq!(modified(dest.path()), time(SECONDS));
        }
    }
}

#[test]
fn update_keeps_a_newer_flag_if_the_server_sends_an_older_one_nevertheless() {
    // As nginx does, which compares the times for equality.
    let server = server_with("Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
    for newer_by in [0, 1, 1_000_000_000] {
        for mode in MODES {
            let dest = folder_with(&gif("old"), time(SECONDS + newer_by));
            let output = run_into(dest.path(), &server, &["BR", "--update", "--json", "-m", mode]);
            assert_eq!(flag(&json(&output), "BR")["status"], "unchanged", "{mode} {newer_by}");
            assert_eq!(read(dest.path(), "BR"), gif("old"));
            assert_eq!(modified(dest.path()), time(SECONDS + newer_by));
        }
    }
}

#[test]
fn update_fetches_a_flag_that_is_not_whole_even_if_its_file_is_newer() {
    let server = dated();
    let old = gif("old");
    for torn in [&old[..old.len() - 1], b"", b"<html>"] {
        let dest = folder_with(torn, time(4_000_000_000));
        let output = run_into(dest.path(), &server, &["BR", "--update"]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert_eq!(server.requests().last().unwrap().header("if-modified-since"), None);
        assert_eq!(read(dest.path(), "BR"), gif("new"));
    }
}

#[test]
fn update_fetches_a_flag_whose_file_is_older_than_any_http_date() {
    let server = dated();
    let dest = folder_with(&gif("old"), UNIX_EPOCH - Duration::from_secs(86_400));
    let output = run_into(dest.path(), &server, &["BR", "--update"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(server.requests()[0].header("if-modified-since"), None);
    assert_eq!(modified(dest.path()), time(SECONDS));
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_system_that_refuses_to_set_times_gets_the_flag() {
    let server = dated();
    let dest = folder_with(&gif("old"), time(SECONDS - 1));
    for content in [gif("old"), gif("new")] {
        fs::write(dest.path().join("BR.gif"), content).unwrap();
        let Some(mut flags) = crate::with_fault("utimensat:error=EPERM", None) else { return };
        let output = crate::run(flags.args(["BR", "-s", &server.base(), "-d"]).arg(dest.path()));
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert_eq!(read(dest.path(), "BR"), gif("new"));
    }
}
