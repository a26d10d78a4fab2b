//! Header fields, and interim responses before the final one.

use std::io::{self, Write};
use std::net::TcpStream;

use super::super::support::handlers::*;
use super::super::support::{Request, gif};
use super::{Row, permanent, saved};

pub const ROWS: &[Row] = &[
    saved("103 before the flag", |r, s| {
        s.write_all(b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n")?;
        whole(r, s)
    }),
    saved("100 before the flag", |r, s| {
        s.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        whole(r, s)
    }),
    saved("ten interim responses", |r, s| {
        s.write_all(&b"HTTP/1.1 102 Processing\r\n\r\n".repeat(10))?;
        whole(r, s)
    }),
    permanent("101, which was not asked for", "http_status", |_, s| {
        raw(s, b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n")
    }),
    // Tolerated, as by browsers and curl.
    saved("a folded field", |r, s| with_fields(r, s, b"X-Folded: one\r\n two\r\n\tthree\r\n")),
    saved("a folded Content-Type", |r, s| with_fields(r, s, b"Content-Type:\r\n image/gif\r\n")),
    saved("a blank before the colon", |r, s| with_fields(r, s, b"X-Blank : x\r\n")),
    saved("lines that end with LF alone", |r, s| {
        let image = gif(&r.code);
        let head = format!("HTTP/1.1 200 OK\nContent-Length: {}\n\n", image.len());
        s.write_all(&[head.as_bytes(), &image].concat())
    }),
    saved("a field without a colon", |r, s| with_fields(r, s, b"not a field\r\n")),
    saved("a field without a name", |r, s| with_fields(r, s, b": nameless\r\n")),
    saved("a field without a value", |r, s| with_fields(r, s, b"X-Empty:\r\n")),
    saved("a field with a blank in its name", |r, s| with_fields(r, s, b"X Blank: x\r\n")),
    saved("a field with a parenthesis in its name", |r, s| with_fields(r, s, b"X(1): x\r\n")),
    saved("a field name in Latin-1", |r, s| with_fields(r, s, b"X-\xe9: x\r\n")),
    saved("a field with ESC in its name", |r, s| with_fields(r, s, b"X-\x1b: x\r\n")),
    saved("a value in Latin-1", |r, s| with_fields(r, s, b"X-Text: caf\xe9\r\n")),
    saved("a value in UTF-8", |r, s| with_fields(r, s, "X-Text: café\r\n".as_bytes())),
    saved("a value with a tab", |r, s| with_fields(r, s, b"X-Text: a\tb\r\n")),
    saved("1000 fields", |r, s| with_fields(r, s, &b"X-Many: x\r\n".repeat(1000))),
    saved("a field of 60 kB", |r, s| {
        with_fields(r, s, format!("X-Much: {}\r\n", "x".repeat(60_000)).as_bytes())
    }),
    saved("a name of 10 kB", |r, s| {
        with_fields(r, s, format!("X-{}: x\r\n", "n".repeat(10_000)).as_bytes())
    }),
    saved("100 cookies", |r, s| with_fields(r, s, &b"Set-Cookie: a=b; Path=/\r\n".repeat(100))),
    // Fields that are ignored.
    saved("the type of a page", |r, s| with_fields(r, s, b"Content-Type: text/html\r\n")),
    saved("a type that is malformed", |r, s| with_fields(r, s, b"Content-Type: ;;;/\r\n")),
    saved("two types", |r, s| {
        with_fields(r, s, b"Content-Type: a/b\r\nContent-Type: image/gif\r\n")
    }),
    saved("a malformed Last-Modified", |r, s| with_fields(r, s, b"Last-Modified: lately\r\n")),
    saved("a Last-Modified in 1601", |r, s| {
        with_fields(r, s, b"Last-Modified: Mon, 01 Jan 1601 00:00:00 GMT\r\n")
    }),
    saved("a Last-Modified in 9999", |r, s| {
        with_fields(r, s, b"Last-Modified: Fri, 31 Dec 9999 23:59:59 GMT\r\n")
    }),
    saved("a malformed Date", |r, s| with_fields(r, s, b"Date: today\r\n")),
    saved("an empty Server", |r, s| with_fields(r, s, b"Server: \r\n")),
    saved("a Location that is no redirect's", |r, s| with_fields(r, s, b"Location: /x\r\n")),
    saved("a Refresh", |r, s| with_fields(r, s, b"Refresh: 0; url=/elsewhere\r\n")),
    saved("strict transport security", |r, s| {
        with_fields(r, s, b"Strict-Transport-Security: max-age=31536000\r\n")
    }),
    saved("an alternative service", |r, s| with_fields(r, s, b"Alt-Svc: h3=\":443\"\r\n")),
    saved("an upgrade that is offered", |r, s| {
        with_fields(r, s, b"Upgrade: h2c\r\nConnection: upgrade\r\n")
    }),
    saved("an unknown connection option", |r, s| with_fields(r, s, b"Connection: perhaps\r\n")),
    saved("a range that is the whole", |r, s| with_fields(r, s, b"Content-Range: bytes 0-9/9\r\n")),
    saved("the encoding identity", |r, s| with_fields(r, s, b"Content-Encoding: identity\r\n")),
    // Refused.
    permanent("NUL in a value", "protocol", |r, s| with_fields(r, s, b"X-Nul: \0\r\n")),
    permanent("a carriage return in a value", "protocol", |r, s| {
        with_fields(r, s, b"X-Return: a\rb\r\n")
    }),
    permanent("2 MB in one field", "protocol", |r, s| {
        with_fields(r, s, format!("X-Much: {}\r\n", "x".repeat(2_000_000)).as_bytes())
    }),
    permanent("6000 fields", "protocol", |r, s| with_fields(r, s, &b"X-Many: x\r\n".repeat(6000))),
    permanent("fields without end", "protocol", |_, s| {
        flood(s, "HTTP/1.1 200 OK\r\n", &b"X-Many: x\r\n".repeat(100))
    }),
];

/// The flag with these header fields.
fn with_fields(request: &Request, stream: &mut TcpStream, fields: &[u8]) -> io::Result<()> {
    let image = gif(&request.code);
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n", image.len());
    stream.write_all(&[head.as_bytes(), fields, b"\r\n", &image].concat())
}
