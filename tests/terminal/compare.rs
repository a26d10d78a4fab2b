//! `flags compare` on a terminal: the bar takes one row, and the table fits the screen.

use crate::screen::{Ended, Session, is_bar};
use crate::support::program;

/// A comparison of seven contenders on a terminal of this width.
fn compare(columns: u16) -> Ended {
    let mut flags = program();
    flags.env("TERM", "xterm-256color");
    flags.env("LC_ALL", "C.UTF-8");
    flags.args(["compare", "BR", "CN", "-n", "2", "-s", "local", "--jobs", "1,2"]);
    Session::start(flags, columns).end()
}

/// The rows of the table, from its head to its last contender.
fn table(ended: &Ended) -> &[String] {
    let head = ended.lines.iter().position(|line| line.starts_with("mode")).expect("a table");
    &ended.lines[head..head + 8]
}

#[test]
fn at_any_width_each_contender_has_one_row() {
    let names =
        ["mode", "seq", "threads@1", "threads@2", "rayon@1", "rayon@2", "async@1", "async@2"];
    for columns in [120, 80, 60, 40, 20] {
        let ended = compare(columns);
        assert_eq!(ended.status.code(), Some(0));
        let first_words: Vec<_> =
            table(&ended).iter().filter_map(|row| row.split_whitespace().next()).collect();
        assert_eq!(first_words, names, "{columns}: {ended:#?}");
        // A line that takes several rows of the terminal is one line here.
        let widest = table(&ended).iter().map(|line| line.chars().count()).max();
        assert!(widest <= Some(columns.into()), "{columns}: {ended:#?}");
    }
}

#[test]
fn columns_give_way_to_narrower_terminals() {
    let head = |columns| table(&compare(columns))[0].clone();
    assert!(head(120).contains("max [ms]") && head(120).ends_with("jobs"), "{}", head(120));
    assert!(head(60).contains("speedup"));
    assert!(!head(40).contains("efficiency"), "{}", head(40));
}

#[test]
fn the_bar_takes_one_row_at_any_width_and_is_removed_at_the_end() {
    for columns in [80, 20] {
        let ended = compare(columns);
        assert!(ended.most_bar_rows <= 1, "{ended:#?}");
        assert!(ended.lines[0].starts_with("2 flags from"), "{ended:#?}");
    }
}

#[test]
fn the_bar_shows_the_elapsed_time_and_the_time_left() {
    let mut flags = program();
    flags.env("TERM", "xterm-256color").args(["compare", "BR", "--modes", "seq,threads"]);
    let session = Session::start(flags, 80);
    let has = |text: &'static str| {
        move |rows: &[String]| rows.last().is_some_and(|row| is_bar(row) && row.contains(text))
    };
    session.wait_for("time", has(" s"));
    session.wait_for("time left", has(" s left"));
    session.press("\x03");
    session.end();
}

#[test]
fn where_the_locale_is_not_utf_8_bar_and_table_are_ascii() {
    let mut flags = program();
    flags.env("TERM", "xterm-256color").env("LC_ALL", "C");
    flags.args(["compare", "BR", "CN", "-n", "2", "-s", "local"]);
    let ended = Session::start(flags, 100).end();
    assert!(ended.written.is_ascii(), "{ended:#?}");
    assert!(ended.lines.iter().any(|line| line.contains(" +-")), "{ended:#?}");
    assert!(ended.lines.iter().any(|line| line.contains("####")), "{ended:#?}");
}
