//! `flags compare --export-html` and `--export-svg`, run as a user or a script runs them.

mod support;

use std::fs;
use std::sync::{Arc, Mutex};

use roxmltree::{Document, ParsingOptions};
use support::{TestServer, flags, gif, names, ok, stderr, stdout};
use tempfile::tempdir;

/// The text of an HTML or SVG document, which has to be well-formed.
fn text(document: &str) -> String {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    let document = Document::parse_with_options(document, options).unwrap();
    document.descendants().filter_map(|node| node.text()).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_document_on_stdout_is_alone_there() {
    for (option, element) in [("--export-html", "</html>\n"), ("--export-svg", "</svg>\n")] {
        let mut flags = flags();
        flags.args(["compare", "BR", "CN", "-n", "1", "--warmup", "0", "--server", "local"]);
        let output = flags.args([option, "-"]).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert!(text(&stdout(&output)).contains("2 flags from local, 1 round."), "{option}");
        assert!(stdout(&output).ends_with(element), "{option}");
        assert!(stderr(&output).contains("speedup over seq"), "{}", stderr(&output));
    }
}

#[test]
fn files_are_complete_at_any_time_and_written_anew_after_each_round() {
    let folder = tempdir().unwrap();
    for (option, name) in [("--export-html", "report.html"), ("--export-svg", "modes.svg")] {
        let file = folder.path().join(name);
        let older = "<p>something longer that was there before</p>".repeat(10_000);
        fs::write(&file, format!("<html>{older}</html>")).unwrap();
        let during = Arc::new(Mutex::new(Vec::new()));
        let server = TestServer::start({
            let (file, during) = (file.clone(), during.clone());
            move |request, stream| {
                during.lock().unwrap().push(fs::read_to_string(&file).unwrap());
                ok(stream, &gif(&request.path))
            }
        });
        let mut flags = flags();
        flags.args(["compare", "BR", "--modes", "seq,async", "-n", "2", "--warmup", "0", option]);
        flags.arg(&file).args(["--server", &server.base()]).assert().success();
        let during: Vec<_> = during.lock().unwrap().iter().map(|document| text(document)).collect();
        let rounds: Vec<_> = ["there before", "there before", "1 of 2 rounds", "1 of 2 rounds"]
            .into_iter()
            .zip(&during)
            .map(|(rounds, text)| text.contains(rounds))
            .collect();
        assert_eq!(rounds, [true; 4], "{name}: {during:?}");
        let title = format!("1 flag from {}, 2 rounds", server.base());
        assert!(text(&fs::read_to_string(&file).unwrap()).contains(&title), "{name}");
    }
    assert_eq!(names(folder.path()), ["modes.svg", "report.html"]);
}

#[test]
fn the_url_of_a_server_stays_text() {
    let folder = tempdir().unwrap();
    let server = TestServer::with_flags();
    let base = format!("http://{}/a&b<script>'\"", server.address());
    for option in ["--export-html", "--export-svg"] {
        let file = folder.path().join("report");
        let mut flags = flags();
        flags.args(["compare", "BR", "--modes", "async", "-n", "1", "--server", &base, option]);
        flags.arg(&file).assert().success();
        let document = fs::read_to_string(&file).unwrap();
        assert!(text(&document).contains("/a&b"), "{option}: {document}");
        assert!(!document.contains("<script"), "{option}: {document}");
    }
}
