//! `flags --timeline`, run as a user or a script runs it.

mod support;

use std::fs;
use std::sync::{Condvar, Mutex};

use assert_cmd::Command;
use roxmltree::{Document, Node};
use support::{CONCURRENT, TestServer, answer, flags, gif, json, names, ok, stderr, stdout};
use tempfile::{TempDir, tempdir};

const CODES: [&str; 4] = ["BD", "BR", "CD", "CN"];

/// A download of [`CODES`] from `server` into a folder of its own, in a UTF-8 locale.
fn download(server: &TestServer, folder: &TempDir) -> Command {
    let mut flags = flags();
    flags.args(CODES).args(["--server", &server.base(), "--dest"]).arg(folder.path().join("dest"));
    flags.env_remove("LC_ALL").env_remove("LC_CTYPE").env("LANG", "en_US.UTF-8");
    flags
}

/// Answers no request before all of them have arrived.
fn all_at_once() -> TestServer {
    let (arrived, all_arrived) = (Mutex::new(0), Condvar::new());
    TestServer::start(move |request, stream| {
        let mut count = arrived.lock().unwrap();
        *count += 1;
        all_arrived.notify_all();
        drop(all_arrived.wait_while(count, |count| *count < CODES.len()).unwrap());
        ok(stream, &gif(&request.path))
    })
}

/// BR fails, and CD only succeeds at the second try.
fn flaky() -> TestServer {
    TestServer::start(|request, stream| match (&*request.code, request.attempt) {
        ("BR", _) => answer(stream, "418 I'm a teapot", "", b""),
        ("CD", 1) => answer(stream, "503 Service Unavailable", "Retry-After: 0\r\n", b""),
        _ => ok(stream, &gif(&request.path)),
    })
}

/// Where each block begins and ends, in percent of the axis, and the top of its row in pixels.
fn blocks(svg: &Document) -> Vec<(f64, f64, f64)> {
    let number = |node: Node, name| {
        node.attribute(name).unwrap().trim_end_matches('%').parse::<f64>().unwrap()
    };
    // The legend has rectangles, too; only blocks have a title.
    let titles = svg.descendants().filter(|node| node.has_tag_name((SVG, "title")));
    let groups =
        titles.filter_map(|title| title.parent()).filter(|node| node.has_tag_name((SVG, "g")));
    let blocks = groups.map(|group| {
        let rects: Vec<_> =
            group.children().filter(|node| node.has_tag_name((SVG, "rect"))).collect();
        let last = rects[rects.len() - 1];
        (number(rects[0], "x"), number(last, "x") + number(last, "width"), number(last, "y"))
    });
    blocks.collect()
}

const SVG: &str = "http://www.w3.org/2000/svg";

/// The lines of the picture on `stdout`, which follow the count and a blank line.
fn picture(stdout: &str) -> Vec<&str> {
    let lines: Vec<_> = stdout.lines().collect();
    let blank = lines.iter().position(|line| line.is_empty()).unwrap();
    lines[blank + 1..].to_vec()
}

#[test]
fn the_picture_follows_the_count_and_fits_80_columns_if_stdout_is_not_a_terminal() {
    let (server, folder) = (all_at_once(), tempdir().unwrap());
    let output = download(&server, &folder).arg("--timeline").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let stdout = stdout(&output);
    assert!(stdout.lines().nth(1).unwrap().starts_with("4 downloads in "), "{stdout}");
    let lines = picture(&stdout);
    assert!(lines[..4].iter().all(|row| row.trim_start().len() > 2), "{stdout}");
    assert!(lines[4].starts_with("└──"), "{stdout}");
    assert!(lines[5].starts_with("0 ") && lines[5].ends_with('s'), "{stdout}");
    assert_eq!(lines[6], "░ waiting   ▒ receiving");
    assert!(lines[7].starts_with("4 flags in ") && lines[7].ends_with(" in flight on average"));
    assert_eq!(lines.len(), 8, "{stdout}");
    assert!(lines.iter().all(|line| line.chars().count() <= 80), "{stdout}");
    assert!(!stdout.contains('\x1b'), "{stdout:?}");
}

#[test]
fn failures_and_retries_are_marked() {
    let (server, folder) = (flaky(), tempdir().unwrap());
    let output = download(&server, &folder).arg("--timeline").output().unwrap();
    let stdout = stdout(&output);
    assert!(stdout.contains("CD×2"), "{stdout}");
    assert!(stdout.contains("✗ failed   ×2 two attempts\n"), "{stdout}");
    let rows = picture(&stdout);
    assert!(rows[..rows.len() - 4].iter().any(|row| row.contains('✗')), "{stdout}");

    let output = download(&flaky(), &folder).arg("--timeline=-").output().unwrap();
    let text = support::stdout(&output);
    let svg = Document::parse(&text).unwrap();
    let texts: Vec<_> = svg.descendants().filter_map(|node| node.text()).collect();
    for mark in ["CD×2", "failed", "two attempts"] {
        assert!(texts.contains(&mark), "{mark}: {text}");
    }
    assert!(text.contains("BR (failed)") && text.contains("CD (2 attempts)"), "{text}");
}

#[test]
fn the_picture_is_ascii_if_the_locale_is_not_utf_8() {
    let folder = tempdir().unwrap();
    for locale in ["C", "de_DE.ISO-8859-1"] {
        let mut flags = download(&flaky(), &folder);
        let output = flags.arg("--timeline").env("LC_ALL", locale).output().unwrap();
        assert!(stdout(&output).is_ascii(), "{locale}: {}", stdout(&output));
        assert!(
            stdout(&output).contains("\n. waiting   = receiving   x failed   x2 two attempts\n")
        );
    }
}

#[test]
fn with_colours_the_codes_stand_on_coloured_blocks() {
    let (server, folder) = (all_at_once(), tempdir().unwrap());
    let mut flags = download(&server, &folder);
    let output = flags.arg("--timeline").env("CLICOLOR_FORCE", "1").output().unwrap();
    let coloured = stdout(&output);
    assert!(coloured.contains("\x1b[48;5;67m"), "{coloured:?}");
    let plain = anstream::adapter::strip_str(&coloured).to_string();
    assert!(!plain.contains('░') && CODES.iter().all(|code| plain.contains(code)), "{plain}");
}

#[test]
fn seq_is_one_row_and_the_other_modes_have_one_for_each_job() {
    let folder = tempdir().unwrap();
    let blocks_of = |server: &TestServer, mode: &str| {
        let file = folder.path().join(format!("{mode}.svg"));
        let option = format!("--timeline={}", file.display());
        download(server, &folder).args(["--mode", mode, &option]).assert().success();
        blocks(&Document::parse(&fs::read_to_string(file).unwrap()).unwrap())
    };
    let seq = blocks_of(&TestServer::with_flags(), "seq");
    assert_eq!(seq.len(), 4);
    assert!(seq.windows(2).all(|pair| pair[0].1 <= pair[1].0 + 0.01), "{seq:?}");
    assert!(seq.iter().all(|block| block.2 == seq[0].2), "{seq:?}");
    for mode in CONCURRENT {
        let blocks = blocks_of(&all_at_once(), mode);
        let mut tops: Vec<_> = blocks.iter().map(|block| block.2).collect();
        tops.dedup();
        assert_eq!(tops.len(), 4, "{mode}: {blocks:?}");
    }
}

#[test]
fn a_file_gets_the_picture_and_stdout_is_as_without_it() {
    let (server, folder) = (flaky(), tempdir().unwrap());
    let file = folder.path().join("timeline.svg");
    fs::write(&file, "something longer that was there before").unwrap();
    let option = format!("--timeline={}", file.display());
    let output = download(&server, &folder).args([&option, "--json"]).output().unwrap();
    assert_eq!(json(&output)["counts"]["ok"], 3);
    let svg = fs::read_to_string(&file).unwrap();
    let document = Document::parse(&svg).unwrap();
    assert_eq!(blocks(&document).len(), 4);
    assert_eq!(names(folder.path()), ["dest", "timeline.svg"]);

    let output = download(&server, &folder).args([&option, "--quiet"]).output().unwrap();
    assert_eq!(stdout(&output), "");
    let output = download(&server, &folder).arg(&option).output().unwrap();
    assert_eq!(stdout(&output).lines().count(), 2, "{}", stdout(&output));
}

#[test]
fn the_file_may_be_in_the_folder_of_the_flags_which_is_created_first() {
    let (server, folder) = (TestServer::with_flags(), tempdir().unwrap());
    let dest = folder.path().join("dest");
    let option = format!("--timeline={}", dest.join("a.svg").display());
    download(&server, &folder).arg(option).assert().success().stderr("");
    assert_eq!(names(&dest), ["BD.gif", "BR.gif", "CD.gif", "CN.gif", "a.svg"]);
}

#[test]
fn a_dash_leaves_stdout_to_the_svg() {
    let (server, folder) = (TestServer::with_flags(), tempdir().unwrap());
    let output = download(&server, &folder).arg("--timeline=-").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let svg = stdout(&output);
    let document = Document::parse(&svg).unwrap();
    assert!(document.root_element().has_tag_name((SVG, "svg")));
    assert_eq!(blocks(&document).len(), 4);
    let words = |name| {
        let node = document.descendants().find(|node| node.has_tag_name((SVG, name)));
        node.and_then(|node| node.text()).unwrap().to_owned()
    };
    assert_eq!(words("title"), format!("4 flags from {}", server.base()));
    assert!(words("desc").starts_with("threads: 4 at a time, "), "{}", words("desc"));
    assert!(words("desc").contains("Row 1: "), "{}", words("desc"));
}

#[test]
fn the_picture_of_an_embedded_server_is_titled_by_its_label() {
    let folder = tempdir().unwrap();
    let mut flags = flags();
    flags.args(["BR", "--server", "local", "--timeline=-", "--dest"]).arg(folder.path());
    let svg = stdout(&flags.output().unwrap());
    assert!(svg.contains("1 flag from local") && !svg.contains("127.0.0.1"), "{svg}");
}

#[test]
fn a_picture_on_stdout_excludes_json_and_quiet() {
    let folder = tempdir().unwrap();
    for args in [["--timeline", "--json"], ["--timeline=-", "--json"], ["--timeline", "--quiet"]] {
        let output = download(&TestServer::with_flags(), &folder).args(args).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert_eq!(stdout(&output), "", "{args:?}");
        assert!(stderr(&output).contains("--timeline=FILE"), "{}", stderr(&output));
    }
}

#[test]
fn a_file_that_cannot_be_written_is_an_error_before_the_first_request() {
    let (server, folder) = (TestServer::with_flags(), tempdir().unwrap());
    let file = folder.path().join("missing").join("timeline.svg");
    let option = format!("--timeline={}", file.display());
    let output = download(&server, &folder).arg(option).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains(&file.display().to_string()), "{}", stderr(&output));
    assert!(server.requests().is_empty());
}

#[test]
fn a_run_in_which_nothing_was_requested_has_no_picture() {
    let (server, folder) = (TestServer::with_flags(), tempdir().unwrap());
    download(&server, &folder).assert().success();
    let mut flags = download(&server, &folder);
    let output = flags.args(["--skip-existing", "--timeline"]).output().unwrap();
    let lines = stdout(&output).lines().count();
    assert_eq!(lines, 2, "{}", stdout(&output));
    let mut flags = download(&server, &folder);
    let output = flags.args(["--skip-existing", "--timeline=-"]).output().unwrap();
    assert_eq!(blocks(&Document::parse(&stdout(&output)).unwrap()), []);
}

#[cfg(target_os = "linux")]
#[test]
fn the_file_is_written_even_if_stdout_is_full() {
    let (server, folder) = (all_at_once(), tempdir().unwrap());
    let file = folder.path().join("timeline.svg");
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let mut flags = support::program();
    flags.args(CODES).args(["--server", &server.base(), "--dest"]).arg(folder.path().join("dest"));
    flags.arg(format!("--timeline={}", file.display())).stdout(full);
    let output = flags.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("cannot write to stdout"), "{}", stderr(&output));
    assert!(Document::parse(&fs::read_to_string(&file).unwrap()).is_ok());
}

#[test]
fn a_usage_error_has_no_side_effects() {
    let folder = tempdir().unwrap();
    let dest = folder.path().join("dest");
    for option in ["--json", "--quiet"] {
        let mut flags = flags();
        flags.args(["BR", "--server", "local", "--timeline", option, "--dest"]).arg(&dest);
        flags.assert().code(2);
        assert!(!dest.exists(), "{option}");
    }
}
