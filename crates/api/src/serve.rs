//! Binding and serving until asked to stop.

use axum::Router;
use std::future::Future;
use std::net::SocketAddr;
use tokio::net::TcpListener;

/// Why the server does not run.
#[derive(Debug)]
pub enum ServeError {
    /// The address is not a loopback address, and nobody would be asked to sign in.
    NotLoopback(SocketAddr),
    /// The address cannot be bound or listened on.
    Io(SocketAddr, std::io::Error),
}

impl std::error::Error for ServeError {}

impl std::fmt::Display for ServeError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotLoopback(address) => write!(
                out,
                "will not listen on {address}: the demo is open without sign-in, so only this machine may connect. Use 127.0.0.1 or [::1], or serve without --demo"
            ),
            Self::Io(address, error) if error.kind() == std::io::ErrorKind::AddrInUse => {
                write!(out, "{address} is in use: choose another port with --listen")
            }
            Self::Io(address, error) => write!(out, "cannot listen on {address}: {error}"),
        }
    }
}

/// Refuses addresses that other machines can reach, for a server that asks nobody who they are.
pub fn check_demo(address: SocketAddr) -> Result<(), ServeError> {
    if address.ip().is_loopback() { Ok(()) } else { Err(ServeError::NotLoopback(address)) }
}

/// Serves until `stop` is done, then answers what was asked already. `ready` is told the bound address.
pub async fn serve(
    router: Router,
    address: SocketAddr,
    ready: impl FnOnce(SocketAddr),
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    let io = |error| ServeError::Io(address, error);
    let listener = TcpListener::bind(address).await.map_err(io)?;
    ready(listener.local_addr().map_err(io)?);
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(stop).await.map_err(io)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_without_sign_in() {
        assert!(check_demo("127.0.0.1:80".parse().unwrap()).is_ok());
        assert!(check_demo("[::1]:80".parse().unwrap()).is_ok());
        let error = check_demo("0.0.0.0:80".parse().unwrap()).unwrap_err();
        assert!(error.to_string().contains("sign-in"), "{error}");
    }
}
