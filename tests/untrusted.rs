//! Text from a server or a file name is printed as text and cannot control the terminal.

mod support;

use std::fs;

use support::handlers::{raw, status};
use support::{TestServer, answer, flag, flags, gif, json, stderr, stdout};
use tempfile::tempdir;

/// Characters that control a terminal or hide text on it: ESC and its C1 forms, the bell, a
/// carriage return, DEL, and marks that reverse the direction of text.
const CONTROLS: [char; 8] =
    ['\x1b', '\u{9b}', '\u{9d}', '\x07', '\r', '\u{202e}', '\u{2066}', '\u{7f}'];

fn assert_only_text(text: &str) {
    for char in CONTROLS {
        assert!(!text.contains(char), "{char:?} in {text:?}");
    }
}

#[test]
fn control_characters_in_a_redirect_target_are_escaped() {
    let origin = TestServer::start(|request, stream| match request.code.as_str() {
        "AA" => status(stream, "302 Found", "Location: http://[\u{9b}2J\u{202e}\u{2066}\r\n"),
        "BB" => status(stream, "302 Found", "Location: ftp://h/\u{9d}0;owned\u{202e}\r\n"),
        "CC" => status(stream, "302 Found", "Location: http://\u{202e}.test:0x/\r\n"),
        _ => status(stream, "302 Found", "Location: file:///\u{9b}31m\r\n"),
    });
    let dest = tempdir().unwrap();
    for format in [&[][..], &["-v"], &["-q"], &["--json"]] {
        let mut flags = flags();
        flags.args(["AA", "BB", "CC", "DD", "-s", &origin.base(), "-d"]).arg(dest.path());
        let output = flags.args(format).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert_only_text(&stderr(&output));
        assert_only_text(&stdout(&output));
        let errors = stderr(&output).lines().filter(|line| line.starts_with("flags: ")).count();
        assert_eq!(errors, 4, "{}", stderr(&output));
        assert!(stderr(&output).contains("a redirect to http://[\\u{9b}2J\\u{202e}"));
    }
}

#[test]
fn json_has_the_redirect_target_unchanged() {
    let location = "http://[\u{9b}2J\u{202e}é\u{85}";
    let header = format!("Location: {location}\r\n");
    let origin = TestServer::start(move |_, stream| status(stream, "302 Found", &header));
    let dest = tempdir().unwrap();
    let output = flags()
        .args(["AA", "--json", "-s", &origin.base(), "-d"])
        .arg(dest.path())
        .output()
        .unwrap();
    assert_only_text(&stdout(&output));
    let document = json(&output);
    let message = flag(&document, "AA")["error"]["message"].as_str().unwrap();
    assert_eq!(message, format!("a redirect to {location}, which is not a URL"));
}

#[test]
fn the_reason_phrase_of_a_status_is_not_printed() {
    let origin = TestServer::start(|request, stream| match request.code.as_str() {
        "AA" => answer(stream, "418 \u{9b}2Jowned", "", b""),
        "BB" => raw(stream, b"HTTP/1.1 500 \x1b[2Jowned\r\n\r\n"),
        _ => raw(stream, b"\x1b]0;owned\x07\x1b[2J\r\n\r\n"),
    });
    let dest = tempdir().unwrap();
    let output = flags()
        .args(["AA", "BB", "CC", "-r", "0", "-s", &origin.base(), "-d"])
        .arg(dest.path())
        .output()
        .unwrap();
    assert_only_text(&stderr(&output));
    assert!(!stderr(&output).contains("owned"), "{}", stderr(&output));
    assert_eq!(stderr(&output).lines().count(), 3);
}

#[test]
fn control_characters_in_a_file_name_are_escaped() {
    let origin = TestServer::with_flags();
    let parent = tempdir().unwrap();
    // Windows permits no C0 control characters in file names.
    let name = if cfg!(windows) { "\u{9b}2J\u{202e}" } else { "\x1b[2J\u{202e}\n" };
    let file = parent.path().join(name);
    fs::write(&file, "").unwrap();
    for option in ["--dest", "--cacert"] {
        let output =
            flags().args(["AA", "-s", &origin.base(), option]).arg(&file).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{option}");
        assert_only_text(&stderr(&output));
        assert_eq!(stderr(&output).lines().count(), 1, "{option}");
    }

    let folder = parent.path().join(format!("folder{}", name.trim_end()));
    fs::create_dir_all(folder.join("AA.gif")).unwrap();
    for format in ["-v", "--json"] {
        let mut flags = flags();
        let output = flags.args(["AA", "BB", format, "-s", &origin.base(), "-d"]).arg(&folder);
        let output = output.output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert_only_text(&stderr(&output));
        assert_only_text(&stdout(&output));
    }
}

#[test]
fn a_page_instead_of_a_flag_is_named_by_the_type_that_the_server_claims() {
    let origin = TestServer::start(|request, stream| match request.code.as_str() {
        "AA" => answer(stream, "200 OK", "Content-Type: text/html; charset=x\r\n", b"<html>"),
        "BB" => answer(stream, "200 OK", "Content-Type: \x1b[2J\r\n", b"<html>"),
        _ => answer(stream, "200 OK", "Content-Type: image/gif\r\n", b"<html>"),
    });
    let dest = tempdir().unwrap();
    let mut flags = flags();
    let output = flags.args(["AA", "BB", "CC", "--json", "-s", &origin.base(), "-d"]);
    let document = json(&output.arg(dest.path()).output().unwrap());
    let unclaimed = "not a whole GIF: it does not start with a GIF signature";
    for (code, message) in
        [("AA", "not a GIF; the server says text/html"), ("BB", unclaimed), ("CC", unclaimed)]
    {
        assert_eq!(flag(&document, code)["error"]["message"], message);
    }
}

#[test]
fn padding_after_a_flag_is_saved_as_it_came() {
    let padded = |code: &str| [&gif(code), &b"\r\n\0"[..]].concat();
    let origin = TestServer::start(move |request, stream| {
        answer(stream, "200 OK", "", &padded(&request.code))
    });
    let dest = tempdir().unwrap();
    flags().args(["AA", "-s", &origin.base(), "-d"]).arg(dest.path()).assert().success();
    assert_eq!(fs::read(dest.path().join("AA.gif")).unwrap(), padded("AA"));
}
