//! Bodies: what is a whole GIF, and what is not.

use super::super::support::{answer, gif, ok};
use super::{Row, permanent};

pub const ROWS: &[Row] = &[
    permanent("HTML", "not_a_gif", |_, s| ok(s, b"<!DOCTYPE html><p>Log in first")),
    permanent("a PNG", "not_a_gif", |_, s| ok(s, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")),
    permanent("a JPEG", "not_a_gif", |_, s| ok(s, b"\xff\xd8\xff\xe0\0\x10JFIF\0")),
    permanent("an SVG", "not_a_gif", |_, s| ok(s, b"<svg xmlns='http://www.w3.org/2000/svg'/>")),
    permanent("JSON", "not_a_gif", |_, s| ok(s, b"{\"error\": \"no flag\"}")),
    permanent("nothing", "not_a_gif", |_, s| ok(s, b"")),
    permanent("one byte", "not_a_gif", |_, s| ok(s, b"G")),
    permanent("the signature alone", "not_a_gif", |_, s| ok(s, b"GIF89a")),
    permanent("a signature in lower case", "not_a_gif", |r, s| {
        ok(s, &[b"gif", &gif(&r.code)[3..]].concat())
    }),
    permanent("an unknown version of GIF", "not_a_gif", |r, s| {
        ok(s, &[b"GIF90a", &gif(&r.code)[6..]].concat())
    }),
    permanent("a flag after a byte order mark", "not_a_gif", |r, s| {
        ok(s, &[&b"\xef\xbb\xbf"[..], &gif(&r.code)].concat())
    }),
    permanent("a flag after a blank line", "not_a_gif", |r, s| {
        ok(s, &[&b"\r\n"[..], &gif(&r.code)].concat())
    }),
    permanent("half a flag with a length that fits", "not_a_gif", |r, s| {
        ok(s, &gif(&r.code)[..30])
    }),
    permanent("a flag without its trailer", "not_a_gif", |r, s| {
        let image = gif(&r.code);
        ok(s, &image[..image.len() - 1])
    }),
    permanent("a flag with HTML after it", "not_a_gif", |r, s| {
        ok(s, &[&gif(&r.code), &b"<!-- cached -->"[..]].concat())
    }),
    permanent("a flag twice", "not_a_gif", |r, s| ok(s, &gif(&r.code).repeat(2))),
    permanent("zeros", "not_a_gif", |_, s| ok(s, &[0; 1000])),
    permanent("a flag as text", "not_a_gif", |_, s| ok(s, b"R0lGODlhAgACAIAAAAAA")),
    permanent("gzip, which was not asked for", "not_a_gif", |_, s| {
        answer(s, "200 OK", "Content-Encoding: gzip\r\n", b"\x1f\x8b\x08\0\0\0\0\0\0\x03")
    }),
];
