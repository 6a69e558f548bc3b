//! Binding and serving until asked to stop.
//!
//! The loop is our own, for what axum's does not hold: time for heads, bodies and readers, places for connections, and
//! an end that comes whatever clients do.

mod pace;
mod places;
mod stopping;
mod stream;

pub(crate) use stopping::Stopping;
pub(crate) use stream::BodyError;

use crate::limits;
use axum::Router;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use places::{Held, Places};
use std::convert::Infallible;
use std::future::Future;
use std::io::{Error, ErrorKind};
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};
use stopping::{Phase, Phases};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

/// Why the server does not run.
#[derive(Debug)]
pub enum ServeError {
    /// The address is not a loopback address, and nobody would be asked to sign in.
    NotLoopback(SocketAddr),
    /// Others are to reach the server (what says so), and nobody would be asked to sign in.
    PublicDemo(&'static str),
    /// The address cannot be bound or listened on.
    Io(SocketAddr, Error),
}

impl std::error::Error for ServeError {}

impl std::fmt::Display for ServeError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotLoopback(address) => write!(
                out,
                "will not listen on {address}: the demo is open without sign-in, so only this machine may connect. Use 127.0.0.1 or [::1], or serve without --demo"
            ),
            Self::PublicDemo(what) => write!(
                out,
                "will not show the demo {what}: it is open without sign-in, so only this machine may connect. Serve without --demo, or leave that out"
            ),
            Self::Io(address, error) if error.kind() == ErrorKind::AddrInUse => {
                write!(out, "{address} is in use: choose another port with --listen")
            }
            Self::Io(address, error) => write!(out, "cannot listen on {address}: {error}"),
        }
    }
}

/// Refuses whatever lets other machines reach a server that asks nobody who they are.
pub fn check_demo(
    address: SocketAddr,
    public_url: Option<&str>,
    behind_proxy: bool,
) -> Result<(), ServeError> {
    if !address.ip().is_loopback() {
        return Err(ServeError::NotLoopback(address));
    }
    if public_url.is_some() {
        return Err(ServeError::PublicDemo("at a public address (--public-url, CLOUD_ANALYZER_PUBLIC_URL)"));
    }
    if behind_proxy {
        return Err(ServeError::PublicDemo("behind a proxy (--behind-proxy, CLOUD_ANALYZER_BEHIND_PROXY)"));
    }
    Ok(())
}

/// Where to listen, and what there is for it.
#[derive(Clone, Copy, Debug)]
pub struct Listening {
    /// Address and port.
    pub address: SocketAddr,
    /// Whether all connections are a proxy's.
    pub behind_proxy: bool,
    /// Descriptors that this process may open, where that is known.
    pub descriptors: Option<u64>,
}

impl From<SocketAddr> for Listening {
    fn from(address: SocketAddr) -> Self {
        Self { address, behind_proxy: false, descriptors: None }
    }
}

impl Listening {
    /// Connections at once.
    fn connections(self) -> usize {
        let share = self
            .descriptors
            .map(|all| usize::try_from(all / limits::DESCRIPTORS_SHARE).unwrap_or(usize::MAX));
        share.map_or(limits::CONNECTIONS, |share| share.clamp(1, limits::CONNECTIONS))
    }
}

/// Serves until `stop` is done, then answers what was asked already, for a few seconds at most. `ready` is told the
/// bound address.
pub async fn serve(
    router: Router,
    listening: impl Into<Listening>,
    ready: impl FnOnce(SocketAddr),
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    let listening = listening.into();
    let io = |error| ServeError::Io(listening.address, error);
    let listener = TcpListener::bind(listening.address).await.map_err(io)?;
    ready(listener.local_addr().map_err(io)?);
    let of_address = (!listening.behind_proxy).then_some(limits::CONNECTIONS_OF_ADDRESS);
    let places = Places::new(listening.connections(), of_address);
    let phases = Phases::new();
    accept(&listener, &router, &places, &phases, stop).await;
    drop(listener);
    if !phases.finish(limits::STOP_PATIENCE).await {
        tracing::warn!(connections = places.len(), "cut off what was not answered in time");
    }
    Ok(())
}

async fn accept(
    listener: &TcpListener,
    router: &Router,
    places: &Arc<Places>,
    phases: &Phases,
    stop: impl Future<Output = ()>,
) {
    let mut stop = pin!(stop);
    let mut every_second = tokio::time::interval(Duration::from_secs(1));
    let turned_away = Arc::new(Semaphore::new(TURNED_AWAY));
    let mut complained: Option<Instant> = None;
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut stop => return,
            _ = every_second.tick() => {
                places.sweep();
                continue;
            }
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => match places.take(peer.ip()) {
                Some(held) => {
                    tokio::spawn(connection(stream, peer, held, router.clone(), phases.stopping()));
                }
                None => turn_away(stream, &turned_away),
            },
            // Of this one connection: it is gone before it was here.
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset | ErrorKind::ConnectionRefused
                ) => {}
            Err(error) => {
                // Descriptors or memory are used up. The connection stays in the queue: trying again at once would
                // spin. Whoever waits without a request gives theirs.
                if complained.is_none_or(|last| last.elapsed() > COMPLAIN) {
                    complained = Some(Instant::now());
                    tracing::warn!(%error, connections = places.len(), "connections cannot be accepted");
                }
                places.free_one();
                tokio::select! {
                    () = &mut stop => return,
                    () = tokio::time::sleep(BREATH) => {}
                }
            }
        }
    }
}

/// Between two complaints about the same trouble.
const COMPLAIN: Duration = Duration::from_secs(30);
/// For connections without a request when the end begins.
const LAST_BYTES: Duration = Duration::from_millis(500);
/// After an accept that failed.
const BREATH: Duration = Duration::from_millis(50);
/// Connections that are told at once that there is no place; those beyond are closed without a word.
const TURNED_AWAY: usize = 64;
const NO_PLACE: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/problem+json\r\nretry-after: 5\r\nconnection: close\r\ncontent-length: 200\r\n\r\n{\"type\":\"urn:cloud-analyzer:problem:busy\",\"title\":\"Too many connections\",\"status\":503,\"detail\":\"every connection is in use\",\"advice\":\"Try again in a few seconds.\",\"needed_role\":null,\"request_id\":null}";

/// Says that there is no place, as far as that can be said without waiting for anybody.
fn turn_away(mut stream: TcpStream, turned_away: &Arc<Semaphore>) {
    let Ok(permit) = Arc::clone(turned_away).try_acquire_owned() else { return };
    tokio::spawn(async move {
        let told = async {
            stream.write_all(NO_PLACE).await?;
            stream.shutdown().await?;
            // What they send is taken in for a moment: closing on it would take the answer from them.
            let mut rubbish = [0; 4096];
            while stream.read(&mut rubbish).await? > 0 {}
            Ok::<_, Error>(())
        };
        let _ = tokio::time::timeout(Duration::from_millis(500), told).await;
        drop(permit);
    });
}

/// Serves one connection until it ends, by itself or because it must.
async fn connection(stream: TcpStream, peer: SocketAddr, held: Held, router: Router, mut stopping: Stopping) {
    // Answers are written in whole pieces: nothing is gained by waiting for more.
    let _ = stream.set_nodelay(true);
    let place = Arc::clone(&held.place);
    let (routes, until, own) = (TowerToHyperService::new(router), stopping.clone(), Arc::clone(&place));
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let answering = own.answering();
        let mut request = request.map(stream::coming);
        request.extensions_mut().insert(ConnectInfo(peer));
        request.extensions_mut().insert(until.clone());
        let answer = routes.call(request);
        async move {
            let answer = answer.await?;
            Ok::<_, Infallible>(answer.map(|body| stream::Going { body, _answering: answering }))
        }
    });
    let watched = TokioIo::new(stream::Watched::new(stream, Arc::clone(&place)));
    // Time for heads is kept by the places: one clock for all connections, and none to be wound for each request.
    let http = http1::Builder::new()
        .max_header_size(limits::HEAD_BYTES)
        .header_read_timeout(None::<Duration>)
        .serve_connection(watched, service);
    let mut http = pin!(http);
    let mut closed = pin!(place.closed());
    loop {
        tokio::select! {
            biased;
            ended = http.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(%error, "a connection broke");
                }
                return;
            }
            () = &mut closed => return,
            phase = stopping.changed() => {
                if phase == Phase::Ended {
                    return;
                }
                http.as_mut().graceful_shutdown();
                if !place.is_answering() {
                    // The last bytes of an answer may still be on their way.
                    let _ = tokio::time::timeout(LAST_BYTES, http.as_mut()).await;
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_without_sign_in() {
        let check = |address: &str, url, proxy| check_demo(address.parse().unwrap(), url, proxy);
        assert!(check("127.0.0.1:80", None, false).is_ok());
        assert!(check("[::1]:80", None, false).is_ok());
        for (address, url, proxy) in [
            ("0.0.0.0:80", None, false),
            ("[::]:80", None, false),
            ("10.0.0.1:80", None, false),
            ("127.0.0.1:80", Some("https://costs.example.com"), false),
            ("127.0.0.1:80", None, true),
        ] {
            let error = check(address, url, proxy).unwrap_err();
            assert!(error.to_string().contains("sign-in"), "{error}");
        }
    }

    #[test]
    fn connections_leave_descriptors_for_files() {
        let at = |descriptors| {
            Listening { descriptors, ..Listening::from(SocketAddr::from(([127, 0, 0, 1], 0))) }.connections()
        };
        assert_eq!((at(None), at(Some(1_024)), at(Some(u64::MAX))), (2_048, 512, 2_048));
    }

    #[test]
    fn who_finds_no_place_is_told_so() {
        let text = std::str::from_utf8(NO_PLACE).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("content-length: {}\r\n", body.len()).trim_end()), "{}", body.len());
        assert_eq!(serde_json::from_str::<serde_json::Value>(body).unwrap()["status"], 503);
    }
}
