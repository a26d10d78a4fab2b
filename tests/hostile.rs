//! An origin that misbehaves in every way there is, one for each code, and what each must lead to: the
//! same in every mode. Nothing torn, nothing fake, nothing left, never a panic.

mod support;

use std::fs;
use std::io::Write;
use std::ops::Range;
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde_json::Value;
use support::misbehave::*;
use support::watched::{Ran, Running};
use support::{MODES, TestServer, answer, flag, gif, hang_up, json, names, ok, program, stderr};
use tempfile::tempdir;

const TIMEOUT: Duration = Duration::from_secs(2);
const TRIES: u64 = 3;

/// The memory that a run may hold at once, in KiB.
const MEMORY: u64 = 40 << 10;

/// A way to misbehave, and what it must lead to.
struct Row {
    code: &'static str,
    does: &'static str,
    status: &'static str,
    kind: Option<&'static str>,
    tries: u64,
    /// How long it may take.
    seconds: Range<f64>,
    how: Handler,
}

/// However long.
const ANY: Range<f64> = 0.0..f64::INFINITY;

impl Row {
    fn is_saved(&self) -> bool {
        self.status == "ok"
    }
}

const fn saved(code: &'static str, does: &'static str, tries: u64, how: Handler) -> Row {
    Row { code, does, status: "ok", kind: None, tries, seconds: ANY, how }
}

/// One that is saved at the second try, after a pause of at least 1 s where it is `asked` for.
const fn saved_later(code: &'static str, does: &'static str, asked: bool, how: Handler) -> Row {
    let seconds = if asked { 1.0..5.0 } else { 0.2..5.0 };
    Row { code, does, status: "ok", kind: None, tries: 2, seconds, how }
}

const fn missing(code: &'static str, does: &'static str, how: Handler) -> Row {
    Row { code, does, status: "not_found", kind: None, tries: 1, seconds: ANY, how }
}

/// What may pass by itself is tried again, and here it does not pass.
const fn transient(
    code: &'static str,
    does: &'static str,
    kind: &'static str,
    how: Handler,
) -> Row {
    Row { code, does, status: "error", kind: Some(kind), tries: TRIES, seconds: ANY, how }
}

/// What will not pass is not tried again.
const fn lasting(code: &'static str, does: &'static str, kind: &'static str, how: Handler) -> Row {
    Row { code, does, status: "error", kind: Some(kind), tries: 1, seconds: ANY, how }
}

/// Who closes a connection after a whole answer says so: a request that is on its way by then, on a connection that
/// seemed to be kept, would be lost before it is seen, and count as a try.
const TABLE: &[Row] = &[
    saved("AA", "sends the flag", 1, whole),
    // Statuses.
    missing("NF", "404", |_, s| answer(s, "404 Not Found", "", b"no such flag")),
    missing("NR", "404 behind a redirect", |_, s| redirect(s, "/missing/nr.gif")),
    missing("NG", "404 with a flag for a body", |r, s| {
        answer(s, "404 Not Found", "", &gif(&r.code))
    }),
    transient("IS", "500 for ever", "http_status", |_, s| status(s, "500 Oh No", "")),
    transient("BG", "502 for ever", "http_status", |_, s| status(s, "502 Bad Gateway", "")),
    transient("SU", "503 for ever", "http_status", |_, s| status(s, "503 Unavailable", "")),
    transient("GT", "504 for ever", "http_status", |_, s| status(s, "504 Timeout", "")),
    transient("RT", "408 for ever", "http_status", |_, s| status(s, "408 Timeout", "")),
    transient("TM", "429 for ever", "http_status", |_, s| status(s, "429 Too Many", "")),
    saved("BO", "502 once", 2, |r, s| once(|_, s| status(s, "502 Bad Gateway", ""), r, s)),
    lasting("UA", "401", "http_status", |_, s| status(s, "401 Unauthorized", "")),
    lasting("FB", "403", "http_status", |_, s| status(s, "403 Forbidden", "")),
    lasting("GO", "410", "http_status", |_, s| status(s, "410 Gone", "")),
    lasting("TP", "418", "http_status", |_, s| status(s, "418 I'm a teapot", "")),
    lasting("NI", "501", "http_status", |_, s| status(s, "501 Not Implemented", "")),
    lasting("NC", "204", "http_status", |_, s| {
        raw(s, b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
    }),
    lasting("AC", "202 with a flag", "http_status", |r, s| {
        answer(s, "202 Accepted", "", &gif(&r.code))
    }),
    lasting("PC", "206, which was not asked for", "http_status", |r, s| {
        answer(s, "206 Partial Content", "Content-Range: bytes 0-5/60\r\n", &gif(&r.code)[..6])
    }),
    lasting("NM", "304, which was not asked for", "http_status", |_, s| {
        raw(s, b"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n")
    }),
    lasting("MC", "300", "http_status", |_, s| status(s, "300 Multiple Choices", "")),
    lasting("NS", "a status of 999", "http_status", |_, s| status(s, "999 Who Knows", "")),
    // Come back later.
    saved_later("RS", "503, and to come back in 1 s", true, |r, s| {
        once(|_, s| status(s, "503 Busy", "Retry-After: 1\r\n"), r, s)
    }),
    saved_later("RD", "429, and to come back at a date", true, |r, s| {
        once(
            |_, s| {
                let date = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(3));
                status(s, "429 Too Many Requests", &format!("Retry-After: {date}\r\n"))
            },
            r,
            s,
        )
    }),
    saved_later("RL", "503, and to come back tomorrow", false, |r, s| {
        once(|_, s| status(s, "503 Busy", "Retry-After: 86400\r\n"), r, s)
    }),
    saved_later("RC", "503, and to come back in 2099", false, |r, s| {
        let date = "Retry-After: Thu, 31 Dec 2099 23:59:59 GMT\r\n";
        if r.attempt == 1 { status(s, "503 Busy", date) } else { whole(r, s) }
    }),
    saved_later("RN", "503, and to come back yesterday or never", false, |r, s| {
        once(|_, s| status(s, "503 Busy", "Retry-After: -1\r\nRetry-After: never\r\n"), r, s)
    }),
    // The connection, before the answer.
    transient("CW", "closes without a word", "connect", close),
    saved("CO", "closes without a word once", 2, |r, s| once(close, r, s)),
    transient("CH", "closes in the middle of the head", "connect", |_, s| {
        raw(s, b"HTTP/1.1 200 OK\r\nContent-Le")
    }),
    transient("SH", "is silent before the head", "timeout", silence),
    transient("SN", "sends one 103 after another for ever", "timeout", |_, s| {
        drip(s, "", b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n")
    }),
    transient("HD", "sends the head a byte at a time for ever", "timeout", |_, s| {
        drip(s, "HTTP/1.1 200 OK\r\nX-Patience: ", b"x")
    }),
    // The connection, within the body.
    transient("MR", "resets in mid-body", "truncated", half_then_reset),
    saved("MO", "resets in mid-body once", 2, |r, s| once(half_then_reset, r, s)),
    transient("SC", "is short of its Content-Length", "truncated", half_then_close),
    saved("SO", "is short of its Content-Length once", 2, |r, s| once(half_then_close, r, s)),
    transient("SB", "is silent in mid-body", "timeout", half_then_silence),
    transient("OB", "sends one byte at a time for ever", "timeout", |_, s| {
        drip(s, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nGIF89a", b"!")
    }),
    // Lengths.
    saved("LB", "sends more than its Content-Length", 1, |r, s| {
        let image = gif(&r.code);
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", image.len());
        raw(s, &[head.as_bytes(), &image, b"<!-- and so on -->"].concat())
    }),
    lasting("DL", "has two Content-Lengths that differ", "protocol", |r, s| {
        let more = format!("Content-Length: {}\r\n", gif(&r.code).len() + 1);
        answer(s, "200 OK", &more, &gif(&r.code))
    }),
    saved("EL", "says the same Content-Length twice", 1, |r, s| {
        let again = format!("Content-Length: {}\r\n", gif(&r.code).len());
        answer(s, "200 OK", &again, &gif(&r.code))
    }),
    lasting("OL", "has a Content-Length beyond all numbers", "protocol", |_, s| {
        raw(s, b"HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551617\r\n\r\nGIF89a")
    }),
    lasting("ML", "has a negative Content-Length", "protocol", |_, s| {
        raw(s, b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nGIF89a")
    }),
    lasting("TG", "promises ten gigabytes", "too_large", |r, s| {
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\n";
        flood(s, head, &gif(&r.code))
    }),
    lasting("FP", "promises a byte more than 5 MiB", "too_large", |_, s| {
        answer(s, "200 OK", "", &gif_of((5 << 20) + 1))
    }),
    lasting("EB", "sends chunks for ever", "too_large", |_, s| {
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        let chunk = [&b"1000\r\n"[..], &[b'!'; 0x1000], b"\r\n"].concat();
        flood(s, head, &chunk)
    }),
    lasting("EC", "sends a body for ever", "too_large", |_, s| {
        flood(s, "HTTP/1.1 200 OK\r\n\r\nGIF89a", &[b'!'; 0x1000])
    }),
    saved("NL", "sends the flag without a length", 1, |r, s| {
        raw(s, &[b"HTTP/1.1 200 OK\r\n\r\n", &gif(&r.code)[..]].concat())
    }),
    saved("HO", "sends the flag by HTTP/1.0, without a length", 1, |r, s| {
        raw(s, &[b"HTTP/1.0 200 OK\r\n\r\n", &gif(&r.code)[..]].concat())
    }),
    transient("HH", "sends half a flag by HTTP/1.0, without a length", "truncated", |r, s| {
        raw(s, &[b"HTTP/1.0 200 OK\r\n\r\n", &gif(&r.code)[..30]].concat())
    }),
    // Chunks.
    saved("CK", "sends the flag in chunks", 1, |r, s| {
        let image = gif(&r.code);
        let (one, two) = image.split_at(7);
        write!(s, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7;x=y\r\n")?;
        s.write_all(&[one, format!("\r\n{:x}\r\n", two.len()).as_bytes(), two].concat())?;
        s.write_all(b"\r\n0\r\nX-Trailer: yes\r\n\r\n")
    }),
    transient("CC", "is cut short between chunks", "truncated", |_, s| {
        raw(s, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nGIF89a\r\n")
    }),
    lasting("BC", "breaks a chunk", "protocol", |_, s| {
        raw(s, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nGIF89a\r\n0\r\n\r\n")
    }),
    lasting("BS", "has a chunk larger than all numbers", "protocol", |_, s| {
        raw(s, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000000\r\nGIF")
    }),
    lasting("HC", "sends half a flag in whole chunks", "not_a_gif", |_, s| {
        let head = b"HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
        raw(s, &[&head[..], b"6\r\nGIF89a\r\n0\r\n\r\n"].concat())
    }),
    // Heads.
    saved("EH", "sends 103 before the flag", 1, |r, s| {
        s.write_all(b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n")?;
        whole(r, s)
    }),
    lasting("MH", "sends 2 MB of head in one field", "protocol", |r, s| {
        let more = format!("X-Much: {}\r\n", "x".repeat(2_000_000));
        answer(s, "200 OK", &more, &gif(&r.code))
    }),
    lasting("LH", "sends fields for ever", "protocol", |_, s| {
        flood(s, "HTTP/1.1 200 OK\r\n", b"X-Many: x\r\n")
    }),
    lasting("NH", "does not speak HTTP at all", "protocol", |_, s| {
        raw(s, b"SSH-2.0-OpenSSH_9.6\r\n")
    }),
    lasting("NV", "speaks a HTTP of the future", "protocol", |_, s| {
        raw(s, b"HTTP/4.2 200 OK\r\n\r\n")
    }),
    lasting("NU", "has a NUL in its head", "protocol", |r, s| {
        answer(s, "200 OK", "X-Nul: \0\r\n", &gif(&r.code))
    }),
    // Redirects.
    saved("RR", "redirects to a relative URL", 1, |_, s| redirect(s, "../../whole/rr.gif")),
    saved("RB", "redirects to an absolute URL", 1, |r, s| {
        redirect(s, &format!("http://{}/whole/rb.gif", r.header("host").unwrap()))
    }),
    saved("RX", "redirects ten times", 1, |_, s| redirect(s, "/8-more/rx.gif")),
    lasting("RE", "redirects eleven times", "redirect", |_, s| redirect(s, "/9-more/re.gif")),
    lasting("RO", "redirects in circles", "redirect", |_, s| redirect(s, "/circle/ro.gif")),
    lasting("FI", "redirects to a file", "redirect", |_, s| redirect(s, "file:///etc/passwd")),
    lasting("FT", "redirects to ftp", "redirect", |_, s| redirect(s, "ftp://127.0.0.1/ft.gif")),
    lasting("DU", "redirects to a data URL", "redirect", |_, s| redirect(s, "data:image/gif,GIF")),
    lasting("NO", "redirects without saying where to", "redirect", |_, s| {
        status(s, "302 Found", "")
    }),
    lasting("NW", "redirects to what is no URL", "redirect", |_, s| redirect(s, "http://[")),
    transient("DP", "redirects to a port where nobody listens", "connect", |_, s| {
        redirect(s, "http://127.0.0.1:1/dp.gif")
    }),
    // Bodies.
    lasting("HT", "sends HTML", "not_a_gif", |_, s| ok(s, b"<!DOCTYPE html><p>Log in first")),
    lasting("PN", "sends a PNG", "not_a_gif", |_, s| ok(s, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")),
    lasting("EM", "sends nothing", "not_a_gif", |_, s| ok(s, b"")),
    lasting("HG", "sends half a flag, and says so", "not_a_gif", |r, s| ok(s, &gif(&r.code)[..30])),
    lasting("GH", "sends a flag with HTML after it", "not_a_gif", |r, s| {
        ok(s, &[&gif(&r.code), &b"<!-- cached -->"[..]].concat())
    }),
    lasting("GZ", "sends it compressed, unasked", "not_a_gif", |_, s| {
        answer(s, "200 OK", "Content-Encoding: gzip\r\n", b"\x1f\x8b\x08\0\0\0\0\0\0\x03")
    }),
];

fn hostile() -> TestServer {
    TestServer::start(|request, stream| {
        let row = TABLE.iter().find(|row| row.code == request.code);
        match request.path.split('/').nth(1) {
            Some("whole") => whole(request, stream),
            Some("circle") => redirect(stream, &request.path),
            Some("0-more") => redirect(stream, &format!("/whole/{}.gif", request.code)),
            Some(more) if more.ends_with("-more") => {
                let left: usize = more.trim_end_matches("-more").parse().unwrap();
                redirect(stream, &format!("/{}-more/{}.gif", left - 1, request.code))
            }
            Some("flags") => {
                (row.expect("only the codes of the table are asked for").how)(request, stream)
            }
            _ => status(stream, "404 Not Found", ""),
        }
    })
}

#[test]
fn the_table_names_each_code_once() {
    let mut codes: Vec<_> = TABLE.iter().map(|row| row.code).collect();
    codes.sort();
    let twice = codes.windows(2).find(|pair| pair[0] == pair[1]);
    assert_eq!(twice, None);
}

#[test]
fn seq_gets_all_that_there_is_and_nothing_else() {
    // One after another takes a while: so, eight runs beside each other.
    gets_all_that_there_is_and_nothing_else("seq", 8);
}

#[test]
fn threads_get_all_that_there_is_and_nothing_else() {
    gets_all_that_there_is_and_nothing_else("threads", 1);
}

#[test]
fn rayon_gets_all_that_there_is_and_nothing_else() {
    gets_all_that_there_is_and_nothing_else("rayon", 1);
}

#[test]
fn async_gets_all_that_there_is_and_nothing_else() {
    gets_all_that_there_is_and_nothing_else("async", 1);
}

/// Asks for the whole table in `mode`, dealt out to so many `runs`, and compares what comes of it.
fn gets_all_that_there_is_and_nothing_else(mode: &str, runs: usize) {
    let origin = hostile();
    let dest = tempdir().unwrap();
    let hands = (0..runs).map(|run| TABLE.iter().skip(run).step_by(runs).collect::<Vec<_>>());
    let runs: Vec<_> = hands.map(|rows| (start(mode, &rows, &origin, dest.path()), rows)).collect();
    for (run, rows) in runs {
        let ran = run.end_within(time_allowed(mode, &rows));
        compare(mode, &rows, &ran, &origin, dest.path());
    }
    let saved = TABLE.iter().filter(|row| row.is_saved());
    let mut saved: Vec<_> = saved.map(|row| format!("{}.gif", row.code)).collect();
    saved.sort();
    assert_eq!(names(dest.path()), saved, "{mode}");
}

fn start(mode: &str, rows: &[&Row], origin: &TestServer, dest: &Path) -> Running {
    let timeout = TIMEOUT.as_secs_f64().to_string();
    let retries = (TRIES - 1).to_string();
    let mut flags = program();
    flags.args(rows.iter().map(|row| row.code));
    flags.args(["--json", "--mode", mode, "--jobs", "32", "--timeout", &timeout]);
    flags.args(["--retries", &retries, "--server", &origin.base(), "--dest"]).arg(dest);
    Running::start(&mut flags)
}

/// What the timeouts and pauses of `rows` come to at worst, and as much again for a slow machine.
fn time_allowed(mode: &str, rows: &[&Row]) -> Duration {
    let worst = |row: &&Row| match row.kind {
        Some("timeout") => 3 * TIMEOUT + Duration::from_millis(1200),
        _ => Duration::from_secs(2),
    };
    let each = rows.iter().map(worst);
    2 * if mode == "seq" { each.sum() } else { each.max().unwrap_or_default() }
}

/// How long a flag took, in seconds.
fn duration(flag: &Value) -> f64 {
    let [start, end] = ["start_s", "end_s"].map(|key| flag[key].as_f64().expect("it is a number"));
    end - start
}

/// Compares a run with the table, and then names all the rows that differ.
fn compare(mode: &str, rows: &[&Row], ran: &Ran, origin: &TestServer, dest: &Path) {
    let told = stderr(&ran.output);
    assert_eq!(ran.output.status.code(), Some(1), "{mode}: {told}");
    let document = json(&ran.output);
    let mut different = Vec::new();
    for row in rows {
        let flag = flag(&document, row.code);
        let path = dest.join(format!("{}.gif", row.code));
        let file = fs::read(&path).ok();
        let prefix = format!("flags: {}: ", row.code);
        let lines = told.lines().filter(|line| line.starts_with(&prefix)).count();
        let as_it_should_be = flag["status"] == row.status
            && flag["error"]["kind"].as_str() == row.kind
            && flag["attempts"] == row.tries
            && origin.tries_at_home(row.code) as u64 == row.tries
            && file == row.is_saved().then(|| gif(row.code))
            && flag["path"].as_str() == path.to_str().filter(|_| row.is_saved())
            && lines == usize::from(!row.is_saved())
            && row.seconds.contains(&duration(flag));
        if !as_it_should_be {
            let seen = origin.tries_at_home(row.code);
            different.push(format!("{} {}: seen {seen} times: {flag:#}", row.code, row.does));
        }
    }
    assert!(different.is_empty(), "{mode}: {}\n{told}", different.join("\n"));
    let failed = rows.iter().filter(|row| !row.is_saved()).count();
    assert_eq!(told.lines().count(), failed, "{mode}: {told}");
    if let Some(peak) = ran.peak {
        assert!(peak < MEMORY, "{mode}: {peak} KiB");
    }
}

#[test]
fn a_server_that_closes_after_each_answer_without_saying_so_costs_no_flag() {
    for mode in MODES {
        let origin = TestServer::start(|request, stream| {
            whole(request, stream)?;
            hang_up()
        });
        let dest = tempdir().unwrap();
        let mut flags = program();
        flags
            .args(["--all", "-m", mode, "-j", "8", "-v", "-s", &origin.base(), "-d"])
            .arg(dest.path());
        let ran = Running::start(&mut flags).end_within(Duration::from_secs(30));
        assert_eq!(ran.output.status.code(), Some(0), "{mode}: {}", stderr(&ran.output));
        assert_eq!(names(dest.path()).len(), 194, "{mode}");
    }
}
