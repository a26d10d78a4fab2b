//! The length of the body: `Content-Length`, chunks, and the end of the connection.

use std::io::Write;
use std::net::TcpStream;
use std::sync::LazyLock;

use super::super::support::handlers::*;
use super::super::support::{Request, answer, gif};
use super::{Row, permanent, saved, transient};

/// A flag of a byte more than 5 MiB. It is made once, because that takes longer than sending it.
static TOO_LARGE: LazyLock<Vec<u8>> = LazyLock::new(|| gif_of((5 << 20) + 1));

pub const ROWS: &[Row] = &[
    saved("more than the Content-Length", |r, s| {
        let image = gif(&r.code);
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", image.len());
        raw(s, &[head.as_bytes(), &image, b"<!-- and so on -->"].concat())
    }),
    permanent("a Content-Length that cuts the flag", "not_a_gif", |r, s| {
        raw(s, &[b"HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n", &gif(&r.code)[..]].concat())
    }),
    permanent("a Content-Length of 0", "not_a_gif", |r, s| {
        raw(s, &[b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", &gif(&r.code)[..]].concat())
    }),
    permanent("two Content-Lengths that differ", "protocol", |r, s| {
        let more = format!("Content-Length: {}\r\n", gif(&r.code).len() + 1);
        answer(s, "200 OK", &more, &gif(&r.code))
    }),
    saved("the same Content-Length twice", |r, s| {
        let again = format!("Content-Length: {}\r\n", gif(&r.code).len());
        answer(s, "200 OK", &again, &gif(&r.code))
    }),
    saved("a Content-Length with zeros before it", |r, s| {
        with_length(r, s, |length| format!("000{length}"))
    }),
    saved("a Content-Length with blanks around it", |r, s| {
        with_length(r, s, |length| format!("  {length} \t"))
    }),
    saved("a field name in upper case", |r, s| {
        let image = gif(&r.code);
        let head = format!("HTTP/1.1 200 OK\r\nCONTENT-LENGTH: {}\r\n\r\n", image.len());
        s.write_all(&[head.as_bytes(), &image].concat())
    }),
    permanent("a Content-Length beyond 64 bits", "protocol", |r, s| {
        with_length(r, s, |_| "18446744073709551617".into())
    }),
    permanent("a negative Content-Length", "protocol", |r, s| with_length(r, s, |_| "-1".into())),
    permanent("a Content-Length with a sign", "protocol", |r, s| {
        with_length(r, s, |length| format!("+{length}"))
    }),
    permanent("a hexadecimal Content-Length", "protocol", |r, s| {
        with_length(r, s, |length| format!("{length:#x}"))
    }),
    permanent("a Content-Length in words", "protocol", |r, s| {
        with_length(r, s, |_| "sixty".into())
    }),
    permanent("an empty Content-Length", "protocol", |r, s| with_length(r, s, |_| "".into())),
    permanent("a fractional Content-Length", "protocol", |r, s| {
        with_length(r, s, |length| format!("{length}.0"))
    }),
    permanent("ten gigabytes", "too_large", |r, s| {
        flood(s, "HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\n", &gif(&r.code))
    }),
    permanent("a byte more than 5 MiB", "too_large", |_, s| answer(s, "200 OK", "", &TOO_LARGE)),
    permanent("a byte more than 5 MiB, without a length", "too_large", |_, s| {
        raw(s, &[&b"HTTP/1.1 200 OK\r\n\r\n"[..], &TOO_LARGE].concat())
    }),
    permanent("chunks without end", "too_large", |_, s| {
        let chunk = [&b"10000\r\n"[..], &[b'!'; 0x10000], b"\r\n"].concat();
        flood(s, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", &chunk)
    }),
    permanent("a body without end", "too_large", |_, s| {
        flood(s, "HTTP/1.1 200 OK\r\n\r\nGIF89a", &[b'!'; 0x10000])
    }),
    saved("no length", |r, s| raw(s, &[b"HTTP/1.1 200 OK\r\n\r\n", &gif(&r.code)[..]].concat())),
    saved("HTTP/1.0 without a length", |r, s| {
        raw(s, &[b"HTTP/1.0 200 OK\r\n\r\n", &gif(&r.code)[..]].concat())
    }),
    saved("HTTP/1.0 with a length", |r, s| {
        let image = gif(&r.code);
        let head = format!("HTTP/1.0 200 OK\r\nContent-Length: {}\r\n\r\n", image.len());
        raw(s, &[head.as_bytes(), &image].concat())
    }),
    saved("HTTP/1.0 on a kept connection", |r, s| {
        let image = gif(&r.code);
        let kept = "HTTP/1.0 200 OK\r\nConnection: keep-alive";
        let head = format!("{kept}\r\nContent-Length: {}\r\n\r\n", image.len());
        s.write_all(&[head.as_bytes(), &image].concat())
    }),
    transient("half a flag over HTTP/1.0, without a length", "truncated", |r, s| {
        raw(s, &[b"HTTP/1.0 200 OK\r\n\r\n", &gif(&r.code)[..30]].concat())
    }),
    // Chunks.
    saved("chunks with an extension and a trailer", |r, s| {
        let image = gif(&r.code);
        let (one, two) = image.split_at(7);
        let rest = format!("\r\n{:x}\r\n", two.len());
        let body = [b"7;x=y\r\n", one, rest.as_bytes(), two, b"\r\n0\r\nX-Trailer: yes\r\n\r\n"];
        chunked(s, &body.concat())
    }),
    saved("a byte per chunk", |r, s| {
        let chunks = gif(&r.code).into_iter().map(|byte| [b"1\r\n", &[byte][..], b"\r\n"].concat());
        chunked(s, &[chunks.collect::<Vec<_>>().concat(), b"0\r\n\r\n".to_vec()].concat())
    }),
    saved("chunk sizes with zeros before them", |r, s| {
        one_chunk(r, s, |size| format!("0000{size:x}"))
    }),
    saved("chunk sizes in upper case", |r, s| one_chunk(r, s, |size| format!("{size:X}"))),
    saved("chunk sizes with blanks after them", |r, s| {
        one_chunk(r, s, |size| format!("{size:x} "))
    }),
    saved("a chunk extension in quotes", |r, s| {
        one_chunk(r, s, |size| format!("{size:x};name=\"a value\""))
    }),
    saved("Chunked with a capital", |r, s| {
        let image = gif(&r.code);
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n";
        write!(s, "{head}{:x}\r\n", image.len())?;
        s.write_all(&[&image, &b"\r\n0\r\n\r\n"[..]].concat())
    }),
    saved("chunks and a Content-Length", |r, s| {
        let image = gif(&r.code);
        let both = "Transfer-Encoding: chunked\r\nContent-Length: 5";
        write!(s, "HTTP/1.1 200 OK\r\n{both}\r\n\r\n{:x}\r\n", image.len())?;
        raw(s, &[&image, &b"\r\n0\r\n\r\n"[..]].concat())
    }),
    transient("no chunk after the first", "truncated", |_, s| chunked(s, b"6\r\nGIF89a\r\n")),
    transient("half a chunk", "truncated", |_, s| chunked(s, b"60\r\nGIF89a")),
    transient("a flag in chunks without the last chunk", "truncated", |r, s| {
        let image = gif(&r.code);
        let size = format!("{:x}\r\n", image.len());
        chunked(s, &[size.as_bytes(), &image, b"\r\n"].concat())
    }),
    permanent("a chunk size that is not a number", "protocol", |_, s| {
        chunked(s, b"zz\r\nGIF89a\r\n0\r\n\r\n")
    }),
    permanent("a chunk size with a sign", "protocol", |_, s| {
        chunked(s, b"-6\r\nGIF89a\r\n0\r\n\r\n")
    }),
    permanent("an empty chunk size", "protocol", |_, s| chunked(s, b"\r\nGIF89a\r\n0\r\n\r\n")),
    permanent("a chunk size beyond 64 bits", "protocol", |_, s| {
        chunked(s, b"10000000000000000\r\nGIF")
    }),
    permanent("a chunk longer than its size", "protocol", |_, s| {
        chunked(s, b"3\r\nGIF89a\r\n0\r\n\r\n")
    }),
    permanent("half a flag in whole chunks", "not_a_gif", |_, s| {
        chunked(s, b"6\r\nGIF89a\r\n0\r\n\r\n")
    }),
    permanent("no bytes in chunks", "not_a_gif", |_, s| chunked(s, b"0\r\n\r\n")),
];

fn chunked(stream: &mut TcpStream, body: &[u8]) -> std::io::Result<()> {
    let head = b"HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
    raw(stream, &[head, body].concat())
}

/// The flag in one chunk, whose size is written as `size`.
fn one_chunk(
    request: &Request,
    stream: &mut TcpStream,
    size: fn(usize) -> String,
) -> std::io::Result<()> {
    let image = gif(&request.code);
    let size = size(image.len());
    chunked(stream, &[size.as_bytes(), b"\r\n", &image, b"\r\n0\r\n\r\n"].concat())
}

/// The flag with this `Content-Length`.
fn with_length(
    request: &Request,
    stream: &mut TcpStream,
    length: fn(usize) -> String,
) -> std::io::Result<()> {
    let image = gif(&request.code);
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length:{}\r\n\r\n", length(image.len()));
    raw(stream, &[head.as_bytes(), &image].concat())
}
