//! A table of odd and hostile responses over HTTP/2, and the result of each, the same in every
//! mode.

mod support;

use h2::Reason;
use support::frames::*;
use support::handlers::gif_of;
use support::http2::{RawReply, Reply};
use support::tls::{Authority, TlsServer};
use support::tls_run::{TlsRun, ended_as};
use support::{MODES, gif};

/// What the server does, how the flag ends, the number of attempts, and the frames.
type Row = (&'static str, &'static str, u64, RawReply);

/// Responses that affect their own stream only.
const STREAMS: &[Row] = &[
    ("the flag", "ok", 1, |id, image| whole(id, image, b"")),
    ("no Content-Length", "ok", 1, |id, image| [head(id, b""), last_data(id, image)].concat()),
    ("the end in a frame of its own", "ok", 1, |id, image| {
        [head(id, b""), frame(DATA, 0, id, image), last_data(id, b"")].concat()
    }),
    ("a byte per frame", "ok", 1, |id, image| {
        let bytes = image.iter().flat_map(|byte| frame(DATA, 0, id, &[*byte]));
        [head(id, b""), bytes.collect(), last_data(id, b"")].concat()
    }),
    ("empty frames within the body", "ok", 1, |id, image| {
        [head(id, b""), frame(DATA, 0, id, b"").repeat(10), last_data(id, image)].concat()
    }),
    ("padding", "ok", 1, |id, image| {
        let padded = [&[9], image, &[0; 9]].concat();
        [head(id, b""), frame(DATA, PADDED | END_STREAM, id, &padded)].concat()
    }),
    ("a trailer", "ok", 1, |id, image| {
        let trailer = field(b"x-trailer", b"yes");
        let end = frame(HEADERS, END_HEADERS | END_STREAM, id, &trailer);
        [head(id, b""), frame(DATA, 0, id, image), end].concat()
    }),
    ("a head in two frames", "ok", 1, |id, image| {
        let rest = frame(CONTINUATION, END_HEADERS, id, &field(b"x-more", b"x"));
        [frame(HEADERS, 0, id, STATUS_200), rest, last_data(id, image)].concat()
    }),
    ("40 interim responses", "ok", 1, |id, image| {
        let interim = frame(HEADERS, END_HEADERS, id, &[&[0x08, 3], &b"103"[..]].concat());
        [interim.repeat(40), whole(id, image, b"")].concat()
    }),
    ("a frame of an unknown type", "ok", 1, |id, image| {
        [frame(0xfa, 0xff, id, b"what"), whole(id, image, b"")].concat()
    }),
    ("an alternative service", "ok", 1, |id, image| {
        [frame(0xa, 0, id, b"\0\0h3=\":443\""), whole(id, image, b"")].concat()
    }),
    ("a priority", "ok", 1, |id, image| {
        [frame(2, 0, id, b"\0\0\0\0\x10"), whole(id, image, b"")].concat()
    }),
    ("a value in Latin-1", "ok", 1, |id, image| whole(id, image, &field(b"x", b"caf\xe9"))),
    ("an empty value", "ok", 1, |id, image| whole(id, image, &field(b"x", b""))),
    ("200 fields", "ok", 1, |id, image| whole(id, image, &field(b"x", b"y").repeat(200))),
    ("15 kB in a field", "ok", 1, |id, image| whole(id, image, &field(b"x", &[b'y'; 15_000]))),
    ("60 kB of head", "ok", 1, |id, image| {
        let part = frame(CONTINUATION, 0, id, &field(b"x", &[b'y'; 15_000]));
        let start = frame(HEADERS, 0, id, STATUS_200);
        let end = frame(CONTINUATION, END_HEADERS, id, &field(b"x", b"y"));
        [start, part.repeat(4), end, last_data(id, image)].concat()
    }),
    ("less than its Content-Length", "truncated", 3, |id, image| {
        [head_with_length(id, "99"), last_data(id, image)].concat()
    }),
    ("less than its Content-Length, then NO_ERROR", "truncated", 3, |id, image| {
        let reset = rst_stream(id, Reason::NO_ERROR);
        [head_with_length(id, "99"), frame(DATA, 0, id, image), reset].concat()
    }),
    ("less than its Content-Length, then CANCEL", "truncated", 3, |id, image| {
        let reset = rst_stream(id, Reason::CANCEL);
        [head_with_length(id, "99"), frame(DATA, 0, id, image), reset].concat()
    }),
    ("less than its Content-Length, then a trailer", "truncated", 3, |id, image| {
        let end = frame(HEADERS, END_HEADERS | END_STREAM, id, &field(b"x", b"y"));
        [head_with_length(id, "99"), frame(DATA, 0, id, image), end].concat()
    }),
    ("half of the flag, then INTERNAL_ERROR", "truncated", 3, |id, image| {
        let reset = rst_stream(id, Reason::INTERNAL_ERROR);
        [head(id, b""), frame(DATA, 0, id, &image[..30]), reset].concat()
    }),
    ("half of the flag without a length", "truncated", 3, |id, image| {
        [head(id, b""), last_data(id, &image[..30])].concat()
    }),
    ("a head and no more", "timeout", 3, |id, _| head(id, b"")),
    ("half of the flag and no more", "timeout", 3, |id, image| {
        [head(id, b""), frame(DATA, 0, id, &image[..30])].concat()
    }),
    ("nothing", "timeout", 3, |_, _| Vec::new()),
    ("CANCEL", "connect", 3, |id, _| rst_stream(id, Reason::CANCEL)),
    ("INTERNAL_ERROR", "connect", 3, |id, _| rst_stream(id, Reason::INTERNAL_ERROR)),
    ("REFUSED_STREAM each time", "connect", 3, |id, _| rst_stream(id, Reason::REFUSED_STREAM)),
    ("half of the flag as all of it", "not_a_gif", 1, |id, image| {
        [head_with_length(id, "30"), last_data(id, &image[..30])].concat()
    }),
    ("a head that ends the stream", "not_a_gif", 1, |id, _| {
        let block = [STATUS_200, &field(b"content-length", b"0")].concat();
        frame(HEADERS, END_HEADERS | END_STREAM, id, &block)
    }),
    ("HTML", "not_a_gif", 1, |id, _| whole(id, b"<!DOCTYPE html><p>Log in", b"")),
    ("5 MiB and a byte", "too_large", 1, |id, _| head_with_length(id, "5242881")),
    ("404", "not_found", 1, |id, _| frame(HEADERS, END_HEADERS | END_STREAM, id, &[0x8d])),
    ("500 each time", "http_status", 3, |id, _| {
        frame(HEADERS, END_HEADERS | END_STREAM, id, &[0x8e])
    }),
    ("204", "http_status", 1, |id, _| frame(HEADERS, END_HEADERS | END_STREAM, id, &[0x89])),
    ("206", "http_status", 1, |id, _| frame(HEADERS, END_HEADERS | END_STREAM, id, &[0x8a])),
    ("304", "http_status", 1, |id, _| frame(HEADERS, END_HEADERS | END_STREAM, id, &[0x8b])),
    ("a Content-Length in words", "protocol", 1, |id, image| {
        [head_with_length(id, "sixty"), last_data(id, image)].concat()
    }),
    ("two Content-Lengths", "protocol", 1, |id, image| {
        let again = field(b"content-length", b"60");
        let fields = [field(b"content-length", b"61"), again].concat();
        [head(id, &fields), last_data(id, image)].concat()
    }),
];

/// Responses that end their connection, and so the requests of others on it.
const CONNECTIONS: &[Row] = &[
    ("a field name in upper case", "protocol", 2, |id, image| {
        whole(id, image, &field(b"X-Upper", b"x"))
    }),
    ("NUL in a value", "protocol", 2, |id, image| whole(id, image, &field(b"x", b"a\0b"))),
    ("a line break in a value", "protocol", 2, |id, image| {
        whole(id, image, &field(b"x", b"a\r\nb"))
    }),
    ("a blank in a field name", "protocol", 2, |id, image| whole(id, image, &field(b"a b", b"x"))),
    ("an index that the table does not have", "protocol", 2, |id, _| {
        frame(HEADERS, END_HEADERS, id, &[0xff, 0xff, 0x7f])
    }),
    ("a header block that is cut", "protocol", 2, |id, _| {
        frame(HEADERS, END_HEADERS, id, &[0x88, 0, 5, b'x'])
    }),
    ("a status in letters", "protocol", 2, |id, _| {
        frame(HEADERS, END_HEADERS, id, &[&[0x08, 3], &b"abc"[..]].concat())
    }),
    ("a body before the head", "protocol", 2, last_data),
    ("a head on stream 0", "protocol", 2, |_, image| whole(0, image, b"")),
    ("a frame that is too large", "truncated", 3, |id, _| {
        [head(id, b""), last_data(id, &gif_of(20_000))].concat()
    }),
    ("more padding than data", "protocol", 2, |id, _| {
        frame(HEADERS, PADDED | END_HEADERS, id, &[200, 0x88])
    }),
    ("a pushed response", "protocol", 2, |id, _| frame(5, END_HEADERS, id, b"\0\0\0\x02\x88")),
    ("a frame between the parts of a head", "protocol", 2, |id, image| {
        [frame(HEADERS, 0, id, STATUS_200), last_data(id, image)].concat()
    }),
    ("GOAWAY with PROTOCOL_ERROR", "connect", 3, |id, _| goaway(id, Reason::PROTOCOL_ERROR)),
    ("the end of the connection", "connect", 3, |_, _| Vec::new()),
    ("the end of the connection within a frame", "connect", 3, |_, _| vec![0, 0, 99, 0, 0]),
];

/// A whole response with further fields.
fn whole(stream: u32, body: &[u8], fields: &[u8]) -> Vec<u8> {
    let length = field(b"content-length", body.len().to_string().as_bytes());
    let head = head(stream, &[&length, fields].concat());
    [head, last_data(stream, body)].concat()
}

/// A code for each row.
fn code(row: usize) -> String {
    let letter = |n: usize| char::from(b'A' + n as u8);
    format!("{}{}", letter(row / 26), letter(row % 26))
}

#[test]
fn a_response_on_a_shared_connection_has_the_same_result_in_every_mode() {
    let ours = Authority::new("Ours");
    let codes: Vec<_> = (0..STREAMS.len()).map(code).collect();
    let known = codes.clone();
    let config = || ours.certify("127.0.0.1", [2000, 2100], &["h2"]);
    let server = TlsServer::start(config(), move |seen| {
        let row = known.iter().position(|code| code == seen.code).expect("a code of the table");
        Reply::Raw(STREAMS[row].3)
    });
    let mut trials = Vec::new();
    // One row after another takes long, so `seq` splits the table among runs at the same time.
    // Rows that time out are neighbours, so each run takes rows at a distance from each other.
    for (mode, runs) in MODES.map(|mode| (mode, if mode == "seq" { 5 } else { 1 })) {
        for run in 0..runs {
            let part: Vec<_> = codes.iter().skip(run).step_by(runs).map(String::as_str).collect();
            let args = [&part[..], &["-j", "64"]].concat();
            let trial = TlsRun::start(mode, &args, &server.base(), &ours);
            trials.push((mode, part, trial));
        }
    }
    let mut different = Vec::new();
    for (mode, part, trial) in trials {
        let (ran, dest) = trial.end();
        for code in part {
            let row = codes.iter().position(|known| known == code).expect("a code of the table");
            let (does, kind, attempts, _) = STREAMS[row];
            let ended = ended_as(&ran, code);
            let file = std::fs::read(dest.path().join(format!("{code}.gif"))).ok();
            let whole = (kind == "ok").then(|| gif(code));
            if ended != (kind.into(), attempts) || file != whole {
                different.push(format!("{mode}: {does}: {ended:?}"));
            }
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

#[test]
fn a_response_that_ends_its_connection_costs_another_flag_at_most_an_attempt() {
    const OTHERS: [&str; 6] = ["BA", "BB", "BC", "YA", "YB", "YC"];
    let ours = Authority::new("Ours");
    for mode in MODES {
        let trials: Vec<_> = CONNECTIONS
            .iter()
            .map(|&(does, kind, attempts, bytes)| {
                let config = ours.certify("127.0.0.1", [2000, 2100], &["h2"]);
                let server = TlsServer::start(config, move |seen| match (seen.code, kind) {
                    ("MM", "connect") => Reply::RawThenClose(bytes),
                    ("MM", _) => Reply::Raw(bytes),
                    _ => Reply::Flag,
                });
                let args = [&OTHERS[..], &["MM"]].concat();
                let trial = TlsRun::start(mode, &args, &server.base(), &ours);
                (does, kind, attempts, trial, server)
            })
            .collect();
        let mut different = Vec::new();
        for (does, kind, attempts, trial, _server) in trials {
            let (ran, _) = trial.end();
            let ended = ended_as(&ran, "MM");
            if ended != (kind.into(), attempts) {
                different.push(format!("{mode}: {does}: {ended:?}"));
            }
            for other in OTHERS {
                let (kind, attempts) = ended_as(&ran, other);
                if kind != "ok" || attempts > 2 {
                    different.push(format!("{mode}: {does}: {other}: {kind}, {attempts}"));
                }
            }
        }
        assert!(different.is_empty(), "{}", different.join("\n"));
    }
}
