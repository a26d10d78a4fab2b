//! The replies of a [`TlsServer`](super::tls::TlsServer) over HTTP/2, valid or not.

use std::future::pending;
use std::time::Duration;

use h2::server::{self, SendResponse};
use h2::{Reason, RecvStream};
use hyper::body::Bytes;
use hyper::{Request, Response};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{self, UnboundedSender};
use tokio_rustls::server::TlsStream;

use super::frames::{Injector, goaway};
use super::gif;
use super::tls::Site;

/// The answer to a request.
#[derive(Debug, Clone, Copy)]
pub enum Reply {
    Flag,
    /// To an http URL.
    Redirect,
    /// Half of a response, and then the stream is reset.
    HalfThenReset(Reason),
    /// No response: the stream is reset.
    Reset(Reason),
    /// Half of a response, and then the whole connection is aborted.
    GoAway(Reason),
    /// A response, and then the connection is closed once all others have been sent.
    FlagThenGoAway,
    /// A response, and a GOAWAY that names this stream as the last one.
    FlagAndLastStream,
    /// No response.
    Hold,
    /// No response, and the connection does not respond to PINGs either.
    Freeze,
    /// These bytes.
    Raw(RawReply),
    /// These bytes, and then the connection is closed.
    RawThenClose(RawReply),
}

/// Raw frames for a stream and the flag that was requested.
pub type RawReply = fn(stream: u32, image: &[u8]) -> Vec<u8>;

/// What a reply does to its connection.
enum Action {
    GoAway(Reason),
    Drain,
    Freeze,
    Close,
}

impl Site {
    pub(super) async fn serve_http_2(
        self,
        stream: TlsStream<TcpStream>,
        number: usize,
    ) -> Result<(), h2::Error> {
        let (raw, receiver) = mpsc::unbounded_channel();
        let mut connection = server::handshake(Injector::new(stream, receiver)).await?;
        let (act, mut actions) = mpsc::unbounded_channel();
        let mut nth = 0;
        loop {
            tokio::select! {
                request = connection.accept() => {
                    let Some(request) = request else { return Ok(()) };
                    let (request, respond): (Request<RecvStream>, _) = request?;
                    nth += 1;
                    let (code, reply) = self.reply(request.uri().path(), number, nth);
                    tokio::spawn(carry_out(reply, code, respond, act.clone(), raw.clone()));
                }
                Some(action) = actions.recv() => match action {
                    Action::GoAway(reason) => connection.abrupt_shutdown(reason),
                    Action::Drain => connection.graceful_shutdown(),
                    Action::Freeze => pending().await,
                    Action::Close => return Ok(()),
                },
            }
        }
    }
}

async fn carry_out(
    reply: Reply,
    code: String,
    mut respond: SendResponse<Bytes>,
    act: UnboundedSender<Action>,
    raw: UnboundedSender<Vec<u8>>,
) -> Result<(), h2::Error> {
    let image = gif(&code);
    let head = |status| Response::builder().status(status).header("content-length", image.len());
    let half = Bytes::copy_from_slice(&image[..image.len() / 2]);
    let whole = Bytes::copy_from_slice(&image);
    let ok = || head(200).body(()).expect("it is well-formed");
    let stream = respond.stream_id().as_u32();
    match reply {
        Reply::Flag => respond.send_response(ok(), false)?.send_data(whole, true)?,
        Reply::Redirect => {
            let elsewhere =
                Response::builder().status(302).header("location", "http://127.0.0.1:1/");
            respond.send_response(elsewhere.body(()).expect("it is well-formed"), true)?;
        }
        Reply::Reset(reason) => respond.send_reset(reason),
        Reply::HalfThenReset(reason) => {
            let mut body = respond.send_response(ok(), false)?;
            body.send_data(half, false)?;
            sent().await;
            body.send_reset(reason);
        }
        Reply::GoAway(reason) => {
            let mut body = respond.send_response(ok(), false)?;
            body.send_data(half, false)?;
            sent().await;
            let _ = act.send(Action::GoAway(reason));
        }
        Reply::FlagThenGoAway => {
            respond.send_response(ok(), false)?.send_data(whole, true)?;
            let _ = act.send(Action::Drain);
        }
        Reply::FlagAndLastStream => {
            let _ = raw.send(goaway(stream, Reason::NO_ERROR));
            respond.send_response(ok(), false)?.send_data(whole, true)?;
        }
        Reply::Hold => pending().await,
        Reply::Freeze => {
            let _ = act.send(Action::Freeze);
            pending().await
        }
        Reply::Raw(bytes) => {
            let _ = raw.send(bytes(stream, &image));
            // If the library's side of the stream were dropped, it would reset the stream.
            pending().await
        }
        Reply::RawThenClose(bytes) => {
            let _ = raw.send(bytes(stream, &image));
            sent().await;
            let _ = act.send(Action::Close);
        }
    }
    Ok(())
}

/// Waits until earlier data has been sent. A reset overtakes data that is still queued. The tests
/// pass even if this is too short.
async fn sent() {
    tokio::time::sleep(Duration::from_millis(50)).await;
}
