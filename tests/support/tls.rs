//! An origin that speaks TLS, and within it HTTP/2 or HTTP/1.1, well or badly.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use h2::server::SendResponse;
use h2::{Reason, server};
use hyper::Response;
use hyper::body::Bytes;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::{code_of, gif};

/// A CA of our own, which signs what it is asked to.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub fn new(name: &str) -> Authority {
        let mut about = CertificateParams::new([]).expect("no name is wrong");
        about.distinguished_name.push(DnType::CommonName, name);
        about.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("there is entropy");
        Authority(CertifiedIssuer::self_signed(about, key).expect("it can be signed"))
    }

    /// The CA's own certificate, for `--cacert`.
    pub fn pem(&self) -> String {
        self.0.pem()
    }

    /// What a server needs to be `name` between two years, speaking the `protocols` of ALPN.
    pub fn certify(&self, name: &str, years: [i32; 2], protocols: &[&str]) -> ServerConfig {
        let mut about = CertificateParams::new([name.to_owned()]).expect("it is a name");
        [about.not_before, about.not_after] = years.map(|year| rcgen::date_time_ymd(year, 1, 1));
        let key = KeyPair::generate().expect("there is entropy");
        let certificate = about.signed_by(&key, &self.0).expect("it can be signed");
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("it is a key");
        let ring = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(ring)
            .with_safe_default_protocol_versions()
            .expect("ring speaks them")
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .expect("they belong together");
        config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        config
    }
}

/// What a request is answered with.
#[derive(Debug, Clone, Copy)]
pub enum Reply {
    Flag,
    /// To an http URL.
    Redirect,
    /// Half an answer, and then the stream is reset.
    HalfThenReset(Reason),
    /// No answer: the stream is reset.
    Reset(Reason),
    /// Half an answer, and then the whole connection is given up.
    GoAway(Reason),
    /// An answer, and no further request is taken on this connection.
    FlagThenGoAway,
}

type Script = fn(code: &str, attempt: usize) -> Reply;

/// An origin on a free port that replies as its script says.
pub struct TlsOrigin {
    address: SocketAddr,
    seen: Arc<Mutex<HashMap<String, usize>>>,
    /// Ends all that runs on it when the origin is dropped.
    _runtime: Runtime,
}

impl TlsOrigin {
    pub fn start(config: ServerConfig, script: Script) -> TlsOrigin {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a thread can be started");
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a port is free");
        let address = listener.local_addr().expect("it has an address");
        let seen = Arc::default();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let site = Site { script, seen: Arc::clone(&seen) };
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, site) = (acceptor.clone(), site.clone());
                tokio::spawn(async move { site.serve(acceptor.accept(stream).await?).await });
            }
        });
        TlsOrigin { address, seen, _runtime: runtime }
    }

    pub fn base(&self) -> String {
        format!("https://{}/flags", self.address)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How often the flag of `code` was asked for.
    pub fn tries(&self, code: &str) -> usize {
        self.seen.lock().expect("nobody panics with it").get(code).copied().unwrap_or(0)
    }
}

#[derive(Clone)]
struct Site {
    script: Script,
    seen: Arc<Mutex<HashMap<String, usize>>>,
}

impl Site {
    async fn serve(self, stream: TlsStream<TcpStream>) -> io::Result<()> {
        if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
            self.serve_http_2(stream).await.map_err(io::Error::other)
        } else {
            self.serve_http_1(stream).await
        }
    }

    fn reply(&self, path: &str) -> (String, Reply) {
        let code = code_of(path);
        let mut seen = self.seen.lock().expect("nobody panics with it");
        let attempt = seen.entry(code.clone()).or_default();
        *attempt += 1;
        let reply = (self.script)(&code, *attempt);
        (code, reply)
    }

    async fn serve_http_1(self, stream: TlsStream<TcpStream>) -> io::Result<()> {
        let mut stream = BufReader::new(stream);
        loop {
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                if stream.read_line(&mut head).await? == 0 {
                    return Ok(());
                }
            }
            let path = head.split(' ').nth(1).unwrap_or_default();
            let (code, reply) = self.reply(path);
            let (status, body) = match reply {
                Reply::Redirect => ("302 Found\r\nLocation: http://127.0.0.1:1/", vec![]),
                _ => ("200 OK", gif(&code)),
            };
            let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n", body.len());
            stream.write_all(&[head.as_bytes(), &body].concat()).await?;
            stream.flush().await?;
        }
    }

    async fn serve_http_2(self, stream: TlsStream<TcpStream>) -> Result<(), h2::Error> {
        let mut connection = server::handshake(stream).await?;
        let (give_up, mut given_up) = mpsc::unbounded_channel();
        loop {
            tokio::select! {
                request = connection.accept() => {
                    let Some(request) = request else { return Ok(()) };
                    let (request, respond) = request?;
                    let (code, reply) = self.reply(request.uri().path());
                    tokio::spawn(carry_out(reply, code, respond, give_up.clone()));
                }
                Some(reason) = given_up.recv() => match reason {
                    Some(reason) => connection.abrupt_shutdown(reason),
                    None => connection.graceful_shutdown(),
                },
            }
        }
    }
}

async fn carry_out(
    reply: Reply,
    code: String,
    mut respond: SendResponse<Bytes>,
    give_up: mpsc::UnboundedSender<Option<Reason>>,
) -> Result<(), h2::Error> {
    let image = gif(&code);
    let head = |status| Response::builder().status(status).header("content-length", image.len());
    let half = Bytes::copy_from_slice(&image[..image.len() / 2]);
    let whole = Bytes::copy_from_slice(&image);
    let ok = || head(200).body(()).expect("it is well-formed");
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
            on_the_wire().await;
            body.send_reset(reason);
        }
        Reply::GoAway(reason) => {
            let mut body = respond.send_response(ok(), false)?;
            body.send_data(half, false)?;
            on_the_wire().await;
            let _ = give_up.send(Some(reason));
        }
        Reply::FlagThenGoAway => {
            respond.send_response(ok(), false)?.send_data(whole, true)?;
            let _ = give_up.send(None);
        }
    }
    Ok(())
}

/// A reset overtakes data that is still in the queue. Whatever has been sent by then, a test holds.
async fn on_the_wire() {
    tokio::time::sleep(Duration::from_millis(50)).await;
}

/// A server that does not speak TLS, but does `instead` with whatever comes.
pub fn without_tls<F>(instead: F) -> SocketAddr
where
    F: Fn(&mut std::net::TcpStream) -> io::Result<()> + Send + Sync + 'static,
{
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it has an address");
    let instead = Arc::new(instead);
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let instead = instead.clone();
            thread::spawn(move || instead(&mut stream));
        }
    });
    address
}
