//! A bad client: sends hand-made bytes and sees what kind of answer comes.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{Offer, PATIENCE};
use crate::ProbeError;

/// How a server answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// It went along: a `ServerHello`, or for plain HTTP a good status.
    Accepted,
    /// An alert, an error status, or a closed connection.
    Refused,
}

/// Ask for `offer`.
///
/// # Errors
/// [`ProbeError`] when the server does not answer at all.
pub async fn ask(
    address: SocketAddr,
    server: Option<&str>,
    offer: &Offer,
    random: &[u8; 32],
) -> Result<Reply, ProbeError> {
    let answer = exchange(address, &offer.record(server, random), offer.name).await?;
    Ok(match *answer {
        // A handshake record with a ServerHello.
        [22, _, _, _, _, 2, ..] => Reply::Accepted,
        _ => Reply::Refused,
    })
}

/// Ask for a page without TLS.
///
/// # Errors
/// [`ProbeError`] when the server does not answer at all.
pub async fn ask_plain(address: SocketAddr) -> Result<Reply, ProbeError> {
    let request = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let answer = exchange(address, request, "plain HTTP").await?;
    let good = answer.starts_with(b"HTTP/1.") && answer.get(8..10) == Some(b" 2");
    Ok(if good {
        Reply::Accepted
    } else {
        Reply::Refused
    })
}

/// Send, and take the first bytes that come; none where the connection is closed.
async fn exchange(address: SocketAddr, send: &[u8], what: &str) -> Result<Vec<u8>, ProbeError> {
    let talk = async {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(send).await?;
        let mut answer = Vec::with_capacity(64);
        // Enough to tell what it is; a server may send it in pieces.
        while answer.len() < 16 && stream.read_buf(&mut answer).await? > 0 {}
        Ok(answer)
    };
    match timeout(PATIENCE, talk).await {
        Ok(Ok(answer)) => Ok(answer),
        // A reset is a rude way to refuse.
        Ok(Err(error)) if is_refusal(&error) => Ok(Vec::new()),
        Ok(Err(error)) => Err(ProbeError::new(what, error)),
        Err(_) => Err(ProbeError::new(what, "no answer")),
    }
}

fn is_refusal(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    matches!(
        error.kind(),
        ConnectionReset | ConnectionAborted | BrokenPipe | UnexpectedEof
    )
}
