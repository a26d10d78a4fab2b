//! Status codes, status lines, and `Retry-After`.

use std::time::{Duration, SystemTime};

use super::super::support::handlers::*;
use super::super::support::{answer, gif};
use super::{Row, not_found, permanent, saved, saved_after_pause, saved_at_second, transient};

pub const ROWS: &[Row] = &[
    saved("sends the flag", whole),
    not_found("404", |_, s| answer(s, "404 Not Found", "", b"no such flag")),
    not_found("404 behind a redirect", |_, s| redirect(s, "/missing/nr.gif")),
    not_found("404 with a flag as its body", |r, s| answer(s, "404 Not Found", "", &gif(&r.code))),
    not_found("404 that has no body and says nothing about it", |_, s| {
        raw(s, b"HTTP/1.1 404 Not Found\r\n\r\n")
    }),
    transient("500 each time", "http_status", |_, s| status(s, "500 Oh No", "")),
    transient("502 each time", "http_status", |_, s| status(s, "502 Bad Gateway", "")),
    transient("503 each time", "http_status", |_, s| status(s, "503 Unavailable", "")),
    transient("504 each time", "http_status", |_, s| status(s, "504 Timeout", "")),
    transient("408 each time", "http_status", |_, s| status(s, "408 Timeout", "")),
    transient("429 each time", "http_status", |_, s| status(s, "429 Too Many", "")),
    saved_at_second("502 once", |r, s| once(|_, s| status(s, "502 Bad Gateway", ""), r, s)),
    saved_at_second("500 once, with a large body", |r, s| {
        once(|_, s| answer(s, "500 Oh No", "", &[b'!'; 100_000]), r, s)
    }),
    permanent("400", "http_status", |_, s| status(s, "400 Bad Request", "")),
    permanent("401", "http_status", |_, s| status(s, "401 Unauthorized", "")),
    permanent("401 with a challenge", "http_status", |_, s| {
        status(s, "401 Unauthorized", "WWW-Authenticate: Basic realm=\"flags\"\r\n")
    }),
    permanent("402", "http_status", |_, s| status(s, "402 Payment Required", "")),
    permanent("403", "http_status", |_, s| status(s, "403 Forbidden", "")),
    permanent("405", "http_status", |_, s| status(s, "405 Method Not Allowed", "")),
    permanent("407 without a proxy", "http_status", |_, s| status(s, "407 Login", "")),
    permanent("410", "http_status", |_, s| status(s, "410 Gone", "")),
    permanent("412", "http_status", |_, s| status(s, "412 Precondition Failed", "")),
    permanent("416", "http_status", |_, s| status(s, "416 Range Not Satisfiable", "")),
    permanent("418", "http_status", |_, s| status(s, "418 I'm a teapot", "")),
    permanent("421", "http_status", |_, s| status(s, "421 Misdirected Request", "")),
    permanent("425", "http_status", |_, s| status(s, "425 Too Early", "")),
    permanent("426", "http_status", |_, s| status(s, "426 Upgrade Required", "Upgrade: h2c\r\n")),
    permanent("451", "http_status", |_, s| status(s, "451 Unavailable", "")),
    permanent("501", "http_status", |_, s| status(s, "501 Not Implemented", "")),
    permanent("505", "http_status", |_, s| status(s, "505 HTTP Version Not Supported", "")),
    permanent("507", "http_status", |_, s| status(s, "507 Insufficient Storage", "")),
    permanent("599", "http_status", |_, s| status(s, "599 Who Knows", "")),
    permanent("600", "http_status", |_, s| status(s, "600 Who Knows", "")),
    permanent("999", "http_status", |_, s| status(s, "999 Who Knows", "")),
    permanent("201 with a flag", "http_status", |r, s| answer(s, "201 Created", "", &gif(&r.code))),
    permanent("202 with a flag", "http_status", |r, s| {
        answer(s, "202 Accepted", "", &gif(&r.code))
    }),
    permanent("203 with a flag", "http_status", |r, s| answer(s, "203 Other", "", &gif(&r.code))),
    permanent("204", "http_status", |_, s| {
        raw(s, b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
    }),
    permanent("205", "http_status", |_, s| status(s, "205 Reset Content", "")),
    permanent("206, which was not asked for", "http_status", |r, s| {
        answer(s, "206 Partial Content", "Content-Range: bytes 0-5/60\r\n", &gif(&r.code)[..6])
    }),
    permanent("304, which was not asked for", "http_status", |_, s| {
        raw(s, b"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n")
    }),
    permanent("300", "http_status", |_, s| status(s, "300 Multiple Choices", "")),
    permanent("300 with a Location", "http_status", |_, s| {
        status(s, "300 Multiple Choices", "Location: /whole/mc.gif\r\n")
    }),
    permanent("305 with a Location", "http_status", |_, s| {
        status(s, "305 Use Proxy", "Location: /whole/up.gif\r\n")
    }),
    // Status lines.
    saved("a status line without a reason", |r, s| with_status_line(r, s, "HTTP/1.1 200 ")),
    saved("a status line without the blank before the reason", |r, s| {
        with_status_line(r, s, "HTTP/1.1 200")
    }),
    saved("a long reason", |r, s| {
        with_status_line(r, s, &format!("HTTP/1.1 200 {}", "x".repeat(10_000)))
    }),
    saved("a reason in UTF-8", |r, s| with_status_line(r, s, "HTTP/1.1 200 Très bien")),
    saved("an empty line before the status line", |r, s| {
        with_status_line(r, s, "\r\nHTTP/1.1 200 OK")
    }),
    permanent("a status of two digits", "protocol", |r, s| {
        with_status_line(r, s, "HTTP/1.1 20 OK")
    }),
    permanent("a status of four digits", "protocol", |r, s| {
        with_status_line(r, s, "HTTP/1.1 2000 OK")
    }),
    permanent("a status with a sign", "protocol", |r, s| with_status_line(r, s, "HTTP/1.1 +20 OK")),
    permanent("a status in letters", "protocol", |r, s| with_status_line(r, s, "HTTP/1.1 OK")),
    permanent("a status of 099", "protocol", |r, s| with_status_line(r, s, "HTTP/1.1 099 Low")),
    permanent("HTTP in lower case", "protocol", |r, s| with_status_line(r, s, "http/1.1 200 OK")),
    permanent("the protocol of a radio", "protocol", |r, s| with_status_line(r, s, "ICY 200 OK")),
    permanent("HTTP/4.2", "protocol", |r, s| with_status_line(r, s, "HTTP/4.2 200 OK")),
    permanent("HTTP/0.9", "protocol", |r, s| raw(s, &gif(&r.code))),
    permanent("no HTTP at all", "protocol", |_, s| raw(s, b"SSH-2.0-OpenSSH_9.6\r\n")),
    permanent("an HTTP/2 preface", "protocol", |_, s| raw(s, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")),
    permanent("HTTP/2 frames", "protocol", |_, s| raw(s, b"\0\0\0\x04\0\0\0\0\0\r\n\r\n")),
    permanent("a TLS alert", "protocol", |_, s| raw(s, b"\x15\x03\x01\0\x02\x02\x46\r\n\r\n")),
    // Retry-After.
    saved_after_pause("503, and a retry after 1 s", 1.0, |r, s| {
        once(|_, s| status(s, "503 Busy", "Retry-After: 1\r\n"), r, s)
    }),
    saved_after_pause("429, and a retry at a date", 1.0, |r, s| {
        once(
            |_, s| {
                let date = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(3));
                status(s, "429 Too Many Requests", &format!("Retry-After: {date}\r\n"))
            },
            r,
            s,
        )
    }),
    permanent("503, and a retry tomorrow", "http_status", |_, s| {
        status(s, "503 Busy", "Retry-After: 86400\r\n")
    }),
    permanent("429, and a retry in 2099", "http_status", |_, s| {
        status(s, "429 Busy", "Retry-After: Thu, 31 Dec 2099 23:59:59 GMT\r\n")
    }),
    saved_after_pause("503, and a retry in the past or never", 0.2, |r, s| {
        once(|_, s| status(s, "503 Busy", "Retry-After: -1\r\nRetry-After: never\r\n"), r, s)
    }),
    saved_after_pause("503, and a retry at once", 0.2, |r, s| {
        once(|_, s| status(s, "503 Busy", "Retry-After: 0\r\n"), r, s)
    }),
    transient("503, and a retry in 1994, each time", "http_status", |_, s| {
        status(s, "503 Busy", "Retry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\n")
    }),
    saved("200 with a Retry-After", |r, s| {
        answer(s, "200 OK", "Retry-After: 30\r\n", &gif(&r.code))
    }),
];

/// The flag after this status line.
fn with_status_line(
    request: &super::super::support::Request,
    stream: &mut std::net::TcpStream,
    line: &str,
) -> std::io::Result<()> {
    let image = gif(&request.code);
    let head = format!("{line}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", image.len());
    raw(stream, &[head.as_bytes(), &image].concat())
}
