//! A server that misbehaves in each way in a table, one per code. The results are the same in every
//! mode: no broken file, no temporary file, no panic.

mod responses;
mod support;

use std::fs;
use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;

use responses::{ATTEMPTS, Row};
use serde_json::Value;
use support::child_process::{FinishedRun, Running};
use support::handlers::*;
use support::{CONCURRENT, TestServer, flag, gif, json, names, program, stderr};
use tempfile::tempdir;

/// Longer than any response takes in a debug build. On Windows, sockets are slower.
const TIMEOUT: Duration = Duration::from_secs(if cfg!(windows) { 4 } else { 2 });

/// The maximum memory of a run, in KiB.
const MEMORY: u64 = 60 << 10;

/// The longest line on stderr, in bytes.
const LONGEST_LINE: usize = 500;

static TABLE: LazyLock<Vec<(String, &Row)>> = LazyLock::new(responses::table);

fn hostile() -> TestServer {
    TestServer::start(|request, stream| {
        let code = &request.code;
        match request.path.split('/').nth(1) {
            Some("whole" | "%77hole") => whole(request, stream),
            Some("echo") => match request.path.split('/').nth(2) {
                Some("caf%E9" | "caf%C3%A9" | "a%20b") => whole(request, stream),
                _ => status(stream, "404 Not Found", ""),
            },
            Some("circle") => redirect(stream, &request.path),
            Some("0-more") => redirect(stream, &format!("/whole/{code}.gif")),
            Some(more) if more.ends_with("-more") => {
                let left: usize = more.trim_end_matches("-more").parse().unwrap();
                redirect(stream, &format!("/{}-more/{code}.gif", left - 1))
            }
            Some("flags") => {
                let row = TABLE.iter().find(|(known, _)| known == code);
                (row.expect("only codes of the table are requested").1.how)(request, stream)
            }
            _ => status(stream, "404 Not Found", ""),
        }
    })
}

#[test]
fn seq_gets_exactly_what_the_table_says() {
    // One row after another takes long, so the table is split among concurrent runs. With
    // this many, no run has two rows that time out.
    assert_table_holds("seq", 13);
}

#[test]
fn concurrent_modes_get_exactly_what_the_table_says() {
    for mode in CONCURRENT {
        assert_table_holds(mode, 1);
    }
}

type Entry<'a> = &'a (String, &'a Row);

/// Requests the whole table in `mode`, split among `runs` concurrent runs. Compares the results.
fn assert_table_holds(mode: &str, runs: usize) {
    let server = hostile();
    let dest = tempdir().unwrap();
    let parts = (0..runs).map(|run| TABLE.iter().skip(run).step_by(runs).collect::<Vec<_>>());
    let runs: Vec<_> = parts.map(|part| (start(mode, &part, &server, dest.path()), part)).collect();
    for (run, part) in runs {
        let ran = run.end_within(time_allowed(mode, &part));
        assert_part_holds(mode, &part, &ran, &server, dest.path());
    }
    let saved = TABLE.iter().filter(|(_, row)| row.is_saved());
    let saved: Vec<_> = saved.map(|(code, _)| format!("{code}.gif")).collect();
    assert_eq!(names(dest.path()), saved, "{mode}");
}

fn start(mode: &str, part: &[Entry<'_>], server: &TestServer, dest: &Path) -> Running {
    let timeout = TIMEOUT.as_secs_f64().to_string();
    let retries = (ATTEMPTS - 1).to_string();
    let mut flags = program();
    flags.args(part.iter().map(|(code, _)| code));
    flags.args(["--json", "--mode", mode, "--jobs", "32", "--timeout", &timeout]);
    flags.args(["--retries", &retries, "--server", &server.base(), "--dest"]).arg(dest);
    Running::start(&mut flags)
}

/// Four times the timeouts and pauses of a part at worst: the machine may be slow, and in
/// concurrent modes a row may have to wait for a job.
fn time_allowed(mode: &str, part: &[Entry<'_>]) -> Duration {
    let worst = |(_, row): &Entry<'_>| match row.kind {
        Some("timeout") => 3 * TIMEOUT + Duration::from_millis(1200),
        _ => Duration::from_secs(2),
    };
    let each = part.iter().map(worst);
    4 * if mode == "seq" { each.sum() } else { each.max().unwrap_or_default() }
}

/// How long a flag took, in seconds.
fn duration(flag: &Value) -> f64 {
    let [start, end] = ["start_s", "end_s"].map(|key| flag[key].as_f64().expect("a number"));
    end - start
}

/// Compares a run with its part of the table, and names all rows that differ.
fn assert_part_holds(
    mode: &str,
    part: &[Entry<'_>],
    ran: &FinishedRun,
    server: &TestServer,
    dest: &Path,
) {
    let errors = stderr(&ran.output);
    assert_eq!(ran.output.status.code(), Some(1), "{mode}: {errors}");
    let document = json(&ran.output);
    let mut different = Vec::new();
    for (code, row) in part {
        let flag = flag(&document, code);
        let path = dest.join(format!("{code}.gif"));
        let file = fs::read(&path).ok();
        let prefix = format!("flags: {code}: ");
        let lines = errors.lines().filter(|line| line.starts_with(&prefix)).count();
        let requests = server.direct_requests(code) as u64;
        let holds = flag["status"] == row.status
            && flag["error"]["kind"].as_str() == row.kind
            && flag["attempts"].as_u64().is_some_and(|attempts| row.attempts.contains(&attempts))
            && row.requests.contains(&requests)
            && file == row.is_saved().then(|| gif(code))
            && flag["path"].as_str() == path.to_str().filter(|_| row.is_saved())
            && lines == usize::from(!row.is_saved())
            && duration(flag) >= row.pause;
        if !holds {
            different.push(format!("{}: {requests} requests: {flag:#}", row.does));
        }
    }
    let (rows, bad) = (part.len(), different.len());
    assert!(different.is_empty(), "{mode}: {bad} of {rows}:\n{}", different.join("\n"));
    let failed = part.iter().filter(|(_, row)| !row.is_saved()).count();
    assert_eq!(errors.lines().count(), failed, "{mode}: {errors}");
    let longest = errors.lines().map(str::len).max();
    assert!(longest < Some(LONGEST_LINE), "{mode}: a line of {longest:?} bytes");
    assert!(!errors.contains("docs.rs"), "{mode}: {errors}");
    if let Some(peak) = ran.peak {
        assert!(peak < MEMORY, "{mode}: {peak} KiB");
    }
}
