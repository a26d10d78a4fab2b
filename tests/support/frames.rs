//! HTTP/2 frames as bytes (RFC 9113 §6), for what a well-behaved library does not send.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::mpsc::UnboundedReceiver;

pub const DATA: u8 = 0;
pub const HEADERS: u8 = 1;
pub const RST_STREAM: u8 = 3;
pub const GOAWAY: u8 = 7;
pub const CONTINUATION: u8 = 9;

pub const END_STREAM: u8 = 1;
pub const END_HEADERS: u8 = 4;
pub const PADDED: u8 = 8;

/// The header block of `:status: 200` (RFC 7541, index 8 of the static table).
pub const STATUS_200: &[u8] = &[0x88];

/// A frame of any type.
pub fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = (payload.len() as u32).to_be_bytes();
    let head = [&length[1..], &[kind, flags], &stream.to_be_bytes()].concat();
    [head, payload.to_vec()].concat()
}

/// A field of a header block, as a literal that is not indexed (RFC 7541 §6.2.2).
pub fn field(name: &[u8], value: &[u8]) -> Vec<u8> {
    let string = |bytes: &[u8]| {
        let mut coded = Vec::new();
        match bytes.len() {
            length @ 0..127 => coded.push(length as u8),
            length => {
                coded.push(127);
                let mut rest = length - 127;
                while rest >= 128 {
                    coded.push((rest % 128) as u8 | 128);
                    rest /= 128;
                }
                coded.push(rest as u8);
            }
        }
        coded.extend(bytes);
        coded
    };
    [vec![0], string(name), string(value)].concat()
}

/// The head of a response with status 200 and these fields.
pub fn head(stream: u32, fields: &[u8]) -> Vec<u8> {
    frame(HEADERS, END_HEADERS, stream, &[STATUS_200, fields].concat())
}

/// The head of a response with status 200 and this `Content-Length`.
pub fn head_with_length(stream: u32, length: &str) -> Vec<u8> {
    head(stream, &field(b"content-length", length.as_bytes()))
}

/// The last part of a body.
pub fn last_data(stream: u32, data: &[u8]) -> Vec<u8> {
    frame(DATA, END_STREAM, stream, data)
}

pub fn rst_stream(stream: u32, reason: h2::Reason) -> Vec<u8> {
    frame(RST_STREAM, 0, stream, &u32::from(reason).to_be_bytes())
}

/// No stream above `last` was processed.
pub fn goaway(last: u32, reason: h2::Reason) -> Vec<u8> {
    frame(GOAWAY, 0, 0, &[last.to_be_bytes(), u32::from(reason).to_be_bytes()].concat())
}

/// A connection into which raw bytes can be written between the frames of an HTTP library.
pub struct Injector<S> {
    connection: S,
    raw: UnboundedReceiver<Vec<u8>>,
    pending: Vec<u8>,
}

impl<S> Injector<S> {
    pub fn new(connection: S, raw: UnboundedReceiver<Vec<u8>>) -> Injector<S> {
        Injector { connection, raw, pending: Vec::new() }
    }
}

/// The library polls for input whenever it has written its own frames, so raw bytes go out then.
impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Injector<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        while let Poll::Ready(Some(bytes)) = this.raw.poll_recv(context) {
            this.pending.extend(bytes);
        }
        while !this.pending.is_empty() {
            match Pin::new(&mut this.connection).poll_write(context, &this.pending) {
                Poll::Ready(written) => drop(this.pending.drain(..written?)),
                Poll::Pending => break,
            }
        }
        if Pin::new(&mut this.connection).poll_flush(context)?.is_pending() {
            return Poll::Pending;
        }
        Pin::new(&mut this.connection).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Injector<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.connection).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.connection).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.connection).poll_shutdown(context)
    }
}
