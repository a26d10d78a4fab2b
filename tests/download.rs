//! `flags [OPTIONS] [CC]...`: what is requested, saved, printed and returned.

mod support;

use std::fs;

use predicates::prelude::*;
use support::handlers::{gif_of, raw, silence};
use support::{
    MODES, POP20, TestServer, answer, closed_port, flag, flag_path, flags, gif, json, names, ok,
    stderr, stdout,
};
use tempfile::tempdir;

#[test]
fn every_mode_saves_the_20_flags_whole() {
    for mode in MODES {
        let origin = TestServer::with_flags();
        let dest = tempdir().unwrap();
        let args = ["--mode", mode, "--server", &origin.base(), "--dest"];
        let output = flags().args(args).arg(dest.path()).output().unwrap();

        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let saved = POP20.map(|code| format!("{code}.gif"));
        assert_eq!(names(dest.path()), saved, "{mode}");
        for code in POP20 {
            let image = fs::read(dest.path().join(format!("{code}.gif"))).unwrap();
            assert_eq!(image, gif(&flag_path(code)), "{mode} {code}");
        }
        assert_eq!(origin.requests().len(), 20, "{mode}");
    }
}

#[test]
fn stdout_has_each_code_and_a_blank_then_the_count_and_the_time() {
    let origin = TestServer::with_flags();
    let dest = tempdir().unwrap();
    let args = ["--order", "input", "--server", &origin.base(), "--dest"];
    let output = flags().args(args).arg(dest.path()).output().unwrap();
    let shape = format!("^{} \n20 downloads in [0-9]+\\.[0-9]{{2}}s\n$", POP20.join(" "));
    assert!(predicate::str::is_match(shape).unwrap().eval(&stdout(&output)), "{output:?}");
    assert_eq!(stderr(&output), "");
}

#[test]
fn one_flag_is_one_download() {
    let origin = TestServer::with_flags();
    let dest = tempdir().unwrap();
    let mut flags = flags();
    flags.args(["br", "BR", "--server", &origin.base(), "--dest"]).arg(dest.path());
    flags.assert().success().stdout(predicate::str::starts_with("BR \n1 download in "));
}

#[test]
fn a_flag_that_is_not_found_and_one_that_fails_do_not_stop_the_others() {
    for mode in MODES {
        let origin = TestServer::start(|request, stream| match request.code.as_str() {
            "ZW" => answer(stream, "404 Not Found", "", b"no such flag"),
            "IN" => answer(stream, "418 I'm a teapot", "", b"short and stout"),
            _ => ok(stream, &gif(&request.path)),
        });
        let dest = tempdir().unwrap();
        let args =
            ["ZW", "BR", "IN", "US", "-m", mode, "--order", "input", "-s", &origin.base(), "-d"];
        let output = flags().args(args).arg(dest.path()).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let (line, rest) =
            stdout(&output).split_once('\n').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
        assert_eq!(line, "BR US ");
        assert!(rest.starts_with("2 downloads, 1 not found, 1 error in "), "{rest}");
        let base = origin.base();
        let expected = format!(
            "flags: IN: the server answered 418 I'm a teapot: {base}/in/in.gif\n\
             flags: ZW: not found: {base}/zw/zw.gif\n"
        );
        assert_eq!(stderr(&output), expected);
        assert_eq!(names(dest.path()), ["BR.gif", "US.gif"]);
        assert_eq!((origin.tries("ZW"), origin.tries("IN")), (1, 1));
    }
}

#[test]
fn json_is_one_document_about_the_run_and_each_flag() {
    let origin = TestServer::start(|request, stream| match request.code.as_str() {
        "ZZ" => answer(stream, "404 Not Found", "", b""),
        "IN" => answer(stream, "200 OK", "", b"<html>"),
        _ => ok(stream, &gif(&request.path)),
    });
    let dest = tempdir().unwrap();
    let args = ["ZZ", "BR", "IN", "--order", "input", "--json", "-s", &origin.base(), "-d"];
    let output = flags().args(args).arg(dest.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("flags: ZZ: not found: "));

    let document = json(&output);
    assert_eq!(document["schema_version"], 1);
    assert_eq!(document["mode"], "threads");
    assert_eq!(document["jobs"], 3);
    assert_eq!(document["server"], origin.base());
    assert_eq!(document["dest"], dest.path().to_str().unwrap());
    assert_eq!(document["interrupted"], false);
    let counts =
        serde_json::json!({"ok": 1, "not_found": 1, "error": 1, "skipped": 0, "unchanged": 0});
    assert_eq!(document["counts"], counts);
    let elapsed = document["elapsed_s"].as_f64().unwrap();
    let codes: Vec<_> =
        document["flags"].as_array().unwrap().iter().map(|flag| &flag["code"]).collect();
    assert_eq!(codes, ["BR", "IN", "ZZ"]);

    let brazil = flag(&document, "BR");
    let path = dest.path().join("BR.gif");
    assert_eq!(brazil["status"], "ok");
    assert_eq!(brazil["url"], format!("{}/br/br.gif", origin.base()));
    assert_eq!(brazil["path"], path.to_str().unwrap());
    assert_eq!(brazil["bytes"], fs::metadata(&path).unwrap().len());
    assert_eq!(brazil["attempts"], 1);
    assert_eq!(brazil["http_version"], "HTTP/1.1");
    assert_eq!(brazil["error"], serde_json::Value::Null);
    let (start, end) = (brazil["start_s"].as_f64().unwrap(), brazil["end_s"].as_f64().unwrap());
    assert!(0.0 <= start && start <= end && end <= elapsed, "{start} {end} {elapsed}");

    let india = flag(&document, "IN");
    assert_eq!(india["status"], "error");
    assert_eq!(india["error"]["kind"], "not_a_gif");
    assert_eq!(
        (&india["path"], &india["bytes"]),
        (&serde_json::Value::Null, &serde_json::Value::Null)
    );
    assert_eq!(flag(&document, "ZZ")["status"], "not_found");
    assert_eq!(flag(&document, "ZZ")["error"], serde_json::Value::Null);
}

#[test]
fn quiet_prints_nothing_but_errors() {
    let origin = TestServer::start(|request, stream| match request.code.as_str() {
        "ZZ" => answer(stream, "404 Not Found", "", b""),
        _ => ok(stream, &gif(&request.path)),
    });
    let dest = tempdir().unwrap();
    let output = flags()
        .args(["-q", "BR", "ZZ", "-s", &origin.base(), "-d"])
        .arg(dest.path())
        .output()
        .unwrap();
    assert_eq!(stdout(&output), "");
    assert_eq!(stderr(&output), format!("flags: ZZ: not found: {}/zz/zz.gif\n", origin.base()));
}

#[test]
fn verbose_shows_size_time_and_tries_of_each_flag_on_stderr() {
    let origin = TestServer::start(|request, stream| match request.attempt {
        1 => answer(stream, "503 Service Unavailable", "Retry-After: 0\r\n", b""),
        _ => ok(stream, &gif(&request.path)),
    });
    let dest = tempdir().unwrap();
    let output =
        flags().args(["-v", "BR", "-s", &origin.base(), "-d"]).arg(dest.path()).output().unwrap();
    assert!(stdout(&output).starts_with("BR \n1 download in "));
    let line = predicate::str::is_match(r"^BR: \d+ B in \d+\.\d{3} s, 2 tries\n$").unwrap();
    assert!(line.eval(&stderr(&output)), "{}", stderr(&output));
}

#[test]
fn without_options_flags_come_from_the_site_of_the_book_and_go_to_the_folder_downloaded() {
    let folder = tempdir().unwrap();
    let mut flags = flags();
    // A proxy that refuses connections, so that no request leaves this machine.
    flags.env("https_proxy", format!("http://{}", closed_port())).current_dir(folder.path());
    let document = json(&flags.args(["br", "-r", "0", "--json"]).output().unwrap());
    assert_eq!(document["server"], "https://www.fluentpython.com/data/flags");
    let url = "https://www.fluentpython.com/data/flags/br/br.gif";
    assert_eq!(flag(&document, "BR")["url"], url);
    assert_eq!(document["dest"], "downloaded");
    assert_eq!(names(folder.path()), ["downloaded"]);
}

#[test]
fn the_names_of_servers_are_accepted_in_any_case() {
    let dest = tempdir().unwrap();
    flags().args(["BR", "-s", "LOCAL", "-d"]).arg(dest.path()).assert().success();
    let mut from_environment = flags();
    from_environment.env("FLAGS_SERVER", "Local").args(["IN", "-d"]).arg(dest.path());
    from_environment.assert().success();
    assert_eq!(names(dest.path()), ["BR.gif", "IN.gif"]);
}

#[test]
fn the_server_error_fails_for_the_same_flags_in_every_run_with_the_same_seed() {
    let failures = |seed: &str, mode: &str| {
        let dest = tempdir().unwrap();
        let mut flags = flags();
        flags.args(["--all", "-m", mode, "-s", "error", "--delay", "0", "--seed", seed, "-r", "0"]);
        let document = json(&flags.args(["--json", "-d"]).arg(dest.path()).output().unwrap());
        let mut failed = Vec::new();
        for flag in document["flags"].as_array().unwrap() {
            if flag["status"] != "ok" {
                let message = "the server answered 418 I'm a teapot";
                assert_eq!(flag["error"]["message"], message, "{flag}");
                failed.push(flag["code"].as_str().unwrap().to_owned());
            }
        }
        failed.sort();
        failed
    };
    let first = failures("1", "seq");
    assert!((25..75).contains(&first.len()), "a quarter of 194: {first:?}");
    assert_eq!(failures("1", "async"), first);
    assert_ne!(failures("2", "async"), first);
}

#[test]
fn max_req_is_another_name_for_jobs() {
    let origin = TestServer::with_flags();
    let dest = tempdir().unwrap();
    let args = ["--max-req", "3", "--json", "-s", &origin.base(), "-d"];
    let document = json(&flags().args(args).arg(dest.path()).output().unwrap());
    assert_eq!(document["jobs"], 3);
}

#[test]
fn a_timeout_is_reported_with_the_limit_that_was_given() {
    let origin = TestServer::start(silence);
    let dest = tempdir().unwrap();
    let args = ["BR", "-t", "0.25", "-r", "0", "-s", &origin.base(), "-d"];
    let output = flags().args(args).arg(dest.path()).output().unwrap();
    let error = format!("flags: BR: timed out after 0.25s: {}/br/br.gif", origin.base());
    assert_eq!(stderr(&output).lines().next(), Some(&*error));
    assert!(stdout(&output).starts_with("\n0 downloads, 1 error in "), "{output:?}");
}

#[test]
fn skipped_and_unchanged_flags_are_counted_but_their_codes_are_not_printed() {
    let origin = TestServer::start(|request, stream| match request.header("if-modified-since") {
        Some(_) => answer(stream, "304 Not Modified", "", b""),
        None => ok(stream, &gif(&request.path)),
    });
    let dest = tempdir().unwrap();
    fs::write(dest.path().join("BR.gif"), gif("BR")).unwrap();
    fs::write(dest.path().join("IN.gif"), gif("IN")).unwrap();
    for (option, count) in [("--skip-existing", "2 skipped"), ("--update", "2 unchanged")] {
        let mut flags = flags();
        flags.args(["BR", "IN", "US", option, "-s", &origin.base(), "-d"]).arg(dest.path());
        let output = flags.output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let begin = format!("US \n1 download, {count} in ");
        assert!(stdout(&output).starts_with(&begin), "{option}: {}", stdout(&output));
        fs::remove_file(dest.path().join("US.gif")).unwrap();
    }
}

#[test]
fn the_server_may_come_from_the_environment() {
    let origin = TestServer::with_flags();
    let dest = tempdir().unwrap();
    flags()
        .arg("BR")
        .env("FLAGS_SERVER", origin.base())
        .arg("-d")
        .arg(dest.path())
        .assert()
        .success();
    assert_eq!(origin.tries("BR"), 1);
}

#[test]
fn requests_have_a_user_agent_and_accept_no_compression() {
    let origin = TestServer::with_flags();
    let dest = tempdir().unwrap();
    flags().args(["BR", "-s", &origin.base(), "-d"]).arg(dest.path()).assert().success();
    let request = &origin.requests()[0];
    assert_eq!(request.path, "/flags/br/br.gif");
    assert_eq!(request.header("user-agent"), Some(concat!("flags/", env!("CARGO_PKG_VERSION"))));
    assert_eq!(request.header("accept-encoding"), None);
}

#[test]
fn codes_are_made_unique_sorted_and_limited() {
    let origin = TestServer::with_flags();
    let dest = tempdir().unwrap();
    let args = ["us", "b", "BR", "--limit", "3", "--order", "input", "-s", &origin.base(), "-d"];
    let output = flags().args(args).arg(dest.path()).output().unwrap();
    assert!(stdout(&output).starts_with("BA BB BC \n3 downloads in "), "{output:?}");
}

#[test]
fn all_is_194_flags_and_every_is_676() {
    let origin = TestServer::with_flags();
    for (option, count) in [("--all", 194), ("--every", 676)] {
        let dest = tempdir().unwrap();
        flags().args([option, "-s", &origin.base(), "-d"]).arg(dest.path()).assert().success();
        assert_eq!(names(dest.path()).len(), count);
    }
}

#[test]
fn the_folder_and_its_parents_are_created() {
    let origin = TestServer::with_flags();
    let dest = tempdir().unwrap();
    let deep = dest.path().join("a/b/c");
    flags().args(["BR", "-s", &origin.base(), "-d"]).arg(&deep).assert().success();
    assert_eq!(names(&deep), ["BR.gif"]);
}

#[test]
fn a_flag_of_exactly_5_mib_is_saved_with_and_without_a_length() {
    let image = gif_of(5 << 20);
    let origin = TestServer::start(move |request, stream| match request.code.as_str() {
        "BR" => ok(stream, &image),
        _ => raw(stream, &[b"HTTP/1.1 200 OK\r\n\r\n", &image[..]].concat()),
    });
    let dest = tempdir().unwrap();
    flags().args(["BR", "IN", "-s", &origin.base(), "-d"]).arg(dest.path()).assert().success();
    assert_eq!(names(dest.path()), ["BR.gif", "IN.gif"]);
}

#[test]
fn without_a_connection_each_flag_has_an_error_and_a_hint_is_shown_once() {
    let dest = tempdir().unwrap();
    let args = ["BR", "IN", "--retries", "0", "-s", &format!("http://{}", closed_port()), "-d"];
    let output = flags().args(args).arg(dest.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let errors = stderr(&output);
    assert!(errors.contains("flags: BR: could not connect: "), "{errors}");
    assert!(errors.contains("flags: IN: could not connect: "), "{errors}");
    assert_eq!(errors.matches("--server local").count(), 1, "{errors}");
    assert_eq!(names(dest.path()), [""; 0]);
}

#[test]
fn verbose_has_a_line_for_a_flag_that_fails_too() {
    let origin = TestServer::start(|_, stream| answer(stream, "404 Not Found", "", b""));
    let dest = tempdir().unwrap();
    let args = ["-v", "ZW", "-s", &origin.base(), "-d"];
    let output = flags().args(args).arg(dest.path()).output().unwrap();
    let lines = r"^flags: ZW: not found: \S+\nZW: not found in \d+\.\d{3} s, 1 try\n$";
    let shape = predicate::str::is_match(lines).unwrap();
    assert!(shape.eval(&stderr(&output)), "{}", stderr(&output));
}

#[test]
fn json_has_the_http_version_of_a_response_that_could_not_be_used() {
    let origin = TestServer::start(|request, stream| match request.code.as_str() {
        "IN" => answer(stream, "418 I'm a teapot", "", b""),
        "DE" => raw(stream, b"HTTP/1.0 200 OK\r\n\r\n<html>"),
        "US" => Err(std::io::ErrorKind::ConnectionAborted.into()),
        _ => ok(stream, b"<html>"),
    });
    let dest = tempdir().unwrap();
    let args = ["BR", "DE", "IN", "US", "-r", "0", "--json", "-s", &origin.base(), "-d"];
    let document = json(&flags().args(args).arg(dest.path()).output().unwrap());
    assert_eq!(flag(&document, "BR")["http_version"], "HTTP/1.1");
    assert_eq!(flag(&document, "DE")["http_version"], "HTTP/1.0");
    assert_eq!(flag(&document, "IN")["http_version"], "HTTP/1.1");
    assert_eq!(flag(&document, "US")["http_version"], serde_json::Value::Null);
}
