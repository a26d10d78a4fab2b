//! The connection: before, within and after the response.

use std::io::Write;

use super::super::support::handlers::*;
use super::super::support::{gif, hang_up, ok};
use super::{Row, closed, closed_once, saved, saved_at_second, transient};

pub const ROWS: &[Row] = &[
    closed("closes without a response", close),
    closed_once("closes without a response once", |r, s| once(close, r, s)),
    closed("closes within the status line", |_, s| raw(s, b"HTTP/1.1 2")),
    closed("closes within the head", |_, s| raw(s, b"HTTP/1.1 200 OK\r\nContent-Le")),
    closed("closes before the end of the head", |_, s| raw(s, b"HTTP/1.1 200 OK\r\n")),
    closed_once("closes within the head once", |r, s| {
        once(|_, s| raw(s, b"HTTP/1.1 200 OK\r\nContent-Le"), r, s)
    }),
    closed("closes after 103 Early Hints", |_, s| raw(s, b"HTTP/1.1 103 Early Hints\r\n\r\n")),
    closed("resets without a response", reset),
    closed_once("resets without a response once", |r, s| once(reset, r, s)),
    transient("is silent before the head", "timeout", silence),
    transient("is silent within the head", "timeout", |r, s| {
        s.write_all(b"HTTP/1.1 200 OK\r\nContent-")?;
        silence(r, s)
    }),
    transient("sends one 103 after another", "timeout", |_, s| {
        drip(s, "", b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n")
    }),
    transient("sends the head a byte at a time without end", "timeout", |_, s| {
        drip(s, "HTTP/1.1 200 OK\r\nX-Patience: ", b"x")
    }),
    transient("resets within the body", "truncated", half_then_reset),
    saved_at_second("resets within the body once", |r, s| once(half_then_reset, r, s)),
    transient("sends less than its Content-Length", "truncated", half_then_close),
    saved_at_second("sends less than its Content-Length once", |r, s| once(half_then_close, r, s)),
    transient("sends a head and no body", "truncated", |_, s| {
        raw(s, b"HTTP/1.1 200 OK\r\nContent-Length: 60\r\n\r\n")
    }),
    transient("sends all but the last byte", "truncated", |r, s| {
        let image = gif(&r.code);
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", image.len());
        raw(s, &[head.as_bytes(), &image[..image.len() - 1]].concat())
    }),
    transient("sends a whole flag, but less than its Content-Length", "truncated", |r, s| {
        let image = gif(&r.code);
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", image.len() + 1);
        raw(s, &[head.as_bytes(), &image].concat())
    }),
    transient("is silent within the body", "timeout", half_then_silence),
    transient("sends the body a byte at a time without end", "timeout", |_, s| {
        drip(s, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nGIF89a", b"!")
    }),
    saved("closes after the flag without notice", |r, s| {
        whole(r, s)?;
        hang_up()
    }),
    saved("resets after the flag", |r, s| {
        ok(s, &gif(&r.code))?;
        // By then the flag has been read.
        let _ = std::io::Read::read(s, &mut [0]);
        hang_up()
    }),
    saved("sends the response a byte at a time", |r, s| {
        let image = gif(&r.code);
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", image.len());
        s.set_nodelay(true)?;
        [head.as_bytes(), &image].concat().iter().try_for_each(|byte| s.write_all(&[*byte]))
    }),
    saved("sends a second response that was not requested", |r, s| {
        let image = gif(&r.code);
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", image.len());
        let second = b"HTTP/1.1 500 Oh No\r\nContent-Length: 0\r\n\r\n";
        // In one write: if it came later, it would answer the next request on the connection.
        raw(s, &[head.as_bytes(), &image, second].concat())
    }),
];
