//! Redirects: where they lead, and how the target is written.

use std::io;
use std::net::TcpStream;

use super::super::support::handlers::*;
use super::super::support::{Request, answer};
use super::{Row, not_found, permanent, saved, transient};

pub const ROWS: &[Row] = &[
    saved("to a relative URL", |r, s| redirect(s, &format!("../../{}", whole_path(r)))),
    saved("to an absolute path", |r, s| redirect(s, &format!("/{}", whole_path(r)))),
    saved("to an absolute URL", |r, s| redirect(s, &absolute(r, "http:"))),
    saved("to a URL with the scheme in upper case", |r, s| redirect(s, &absolute(r, "HTTP:"))),
    saved("to a URL without a scheme", |r, s| redirect(s, &absolute(r, ""))),
    saved("with 301", |r, s| with_status(r, s, "301 Moved Permanently")),
    saved("with 303", |r, s| with_status(r, s, "303 See Other")),
    saved("with 307", |r, s| with_status(r, s, "307 Temporary Redirect")),
    saved("with 308", |r, s| with_status(r, s, "308 Permanent Redirect")),
    saved("with a body", |r, s| {
        let location = format!("Location: /{}\r\n", whole_path(r));
        answer(s, "302 Found", &location, b"<a href=elsewhere>elsewhere</a>")
    }),
    saved("without a length", |r, s| {
        raw(s, format!("HTTP/1.1 302 Found\r\nLocation: /{}\r\n\r\n", whole_path(r)).as_bytes())
    }),
    saved("with location in lower case", |r, s| {
        status(s, "302 Found", &format!("location:/{}\r\n", whole_path(r)))
    }),
    saved("with blanks around the target", |r, s| {
        status(s, "302 Found", &format!("Location:   /{} \t\r\n", whole_path(r)))
    }),
    saved("with a folded Location", |r, s| {
        status(s, "302 Found", &format!("Location:\r\n /{}\r\n", whole_path(r)))
    }),
    saved("with a fragment", |r, s| redirect(s, &format!("/{}#top", whole_path(r)))),
    saved("with backslashes", |r, s| {
        redirect(s, &format!("/{}", whole_path(r)).replace('/', "\\"))
    }),
    saved("with dots to climb over the top", |r, s| {
        redirect(s, &format!("/../../../{}", whole_path(r)))
    }),
    saved("with percent-encoding", |r, s| {
        redirect(s, &format!("/{}", whole_path(r)).replace('w', "%77"))
    }),
    saved("to a path in Latin-1", |r, s| redirect_to_bytes(r, s, b"/echo/caf\xe9/")),
    saved("to a path in UTF-8", |r, s| redirect_to_bytes(r, s, "/echo/café/".as_bytes())),
    saved("to a path with a blank", |r, s| redirect_to_bytes(r, s, b"/echo/a b/")),
    saved("through ten redirects", |r, s| redirect(s, &format!("/8-more/{}.gif", r.code))),
    permanent("through eleven redirects", "redirect", |r, s| {
        redirect(s, &format!("/9-more/{}.gif", r.code))
    }),
    permanent("in a circle", "redirect", |r, s| redirect(s, &format!("/circle/{}.gif", r.code))),
    permanent("to a file", "redirect", |_, s| redirect(s, "file:///etc/passwd")),
    permanent("to ftp", "redirect", |_, s| redirect(s, "ftp://127.0.0.1/ft.gif")),
    permanent("to a data URL", "redirect", |_, s| redirect(s, "data:image/gif,GIF")),
    permanent("to a script", "redirect", |_, s| redirect(s, "javascript:alert(1)")),
    permanent("to a mail address", "redirect", |_, s| redirect(s, "mailto:flags@flags.test")),
    permanent("to about:blank", "redirect", |_, s| redirect(s, "about:blank")),
    permanent("to a web socket", "redirect", |_, s| redirect(s, "ws://127.0.0.1:1/x")),
    permanent("without a Location", "redirect", |_, s| status(s, "302 Found", "")),
    permanent("to half an IPv6 address", "redirect", |_, s| redirect(s, "http://[")),
    permanent("to no host", "redirect", |_, s| redirect(s, "http://")),
    permanent("to a port beyond 65535", "redirect", |_, s| redirect(s, "http://127.0.0.1:99999/")),
    permanent("to a host with a blank", "redirect", |_, s| redirect(s, "http://a b/")),
    permanent("to an IPv4 address that is too large", "redirect", |_, s| {
        redirect(s, "http://256.0.0.1/")
    }),
    permanent("to 60 kB of something other than http", "redirect", |_, s| {
        redirect(s, &format!("gopher://h/{}", "x".repeat(60_000)))
    }),
    permanent("to a host that can't be resolved", "connect", |_, s| {
        // A label is at most 63 bytes long, so this name is refused without a network.
        redirect(s, &format!("http://{}/x.gif", "x".repeat(64)))
    }),
    transient("to a closed port", "connect", |_, s| redirect(s, "http://127.0.0.1:1/dp.gif")),
    not_found("to an unknown path", |_, s| redirect(s, "/missing/x.gif")),
];

/// The path, without the slash before it, where the server has the whole flag.
fn whole_path(request: &Request) -> String {
    format!("whole/{}.gif", request.code)
}

fn absolute(request: &Request, scheme: &str) -> String {
    let host = request.header("host").expect("HTTP/1.1 requests have one");
    format!("{scheme}//{host}/{}", whole_path(request))
}

fn with_status(request: &Request, stream: &mut TcpStream, line: &str) -> io::Result<()> {
    status(stream, line, &format!("Location: /{}\r\n", whole_path(request)))
}

/// A redirect to these bytes and the name of the flag.
fn redirect_to_bytes(request: &Request, stream: &mut TcpStream, folder: &[u8]) -> io::Result<()> {
    let head = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: ";
    let name = format!("{}.gif\r\n\r\n", request.code);
    io::Write::write_all(stream, &[head, folder, name.as_bytes()].concat())
}
