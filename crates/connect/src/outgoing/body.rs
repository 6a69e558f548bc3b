//! The body of an answer, read up to a number of bytes, no slower than reading makes sense.

use super::Whose;
use crate::aws::Answer;
use crate::limits::{BODY, SLOWEST};
use reqwest::Response;
use std::time::Duration;
use tokio::time::Instant;

/// Memory that is taken before anything has come: what is announced need not come.
const AT_FIRST: u64 = 16 << 20;

/// Why a body was not read to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum BodyError {
    /// It has more bytes than it may.
    TooLong,
    /// It stopped, came too slowly, or broke off.
    Broken(String),
}

impl BodyError {
    /// As an answer of the service.
    pub(crate) fn answer(self, most: u64) -> Answer {
        match self {
            Self::TooLong => Answer::strange(&format!("the answer has more than {most} bytes")),
            Self::Broken(why) => Answer::network(why),
        }
    }
}

/// Reads a body of `most` bytes at most.
pub(crate) async fn read(whose: Whose, response: Response, most: u64) -> Result<Vec<u8>, BodyError> {
    within(whose, response, most, BODY).await
}

/// The same with another time for the first bytes.
async fn within(
    whose: Whose,
    mut response: Response,
    most: u64,
    patience: Duration,
) -> Result<Vec<u8>, BodyError> {
    let announced = response.content_length();
    if announced.is_some_and(|announced| announced > most) {
        return Err(BodyError::TooLong);
    }
    let begun = Instant::now();
    let at_first = announced.unwrap_or_default().min(AT_FIRST);
    let mut body = Vec::with_capacity(usize::try_from(at_first).unwrap_or_default());
    loop {
        let earned = Duration::from_secs(body.len() as u64 / SLOWEST);
        let next = tokio::time::timeout_at(begun + patience + earned, response.chunk());
        let chunk = match next.await {
            Ok(Ok(Some(chunk))) => chunk,
            Ok(Ok(None)) => return Ok(body),
            Ok(Err(error)) => {
                let cause = model::with_causes(&error.without_url());
                return Err(BodyError::Broken(match whose {
                    Whose::Operators => cause,
                    Whose::Users | Whose::UsersPlain => "the answer broke off".to_owned(),
                }));
            }
            Err(_) => return Err(BodyError::Broken("the answer came too slowly".to_owned())),
        };
        if (body.len() as u64).saturating_add(chunk.len() as u64) > most {
            return Err(BodyError::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outgoing::Outgoing;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    /// What becomes of an answer of a server that writes the head and then, again and again, the piece.
    async fn answered(
        head: &str,
        piece: &'static [u8],
        pause: Duration,
        most: u64,
    ) -> Result<Vec<u8>, BodyError> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let head = format!("HTTP/1.1 200 OK\r\n{head}\r\n");
        tokio::spawn(async move {
            let (mut link, _) = listener.accept().await.unwrap();
            let _ = link.read(&mut [0; 4096]).await;
            let mut sent = link.write_all(head.as_bytes()).await;
            while sent.is_ok() && !piece.is_empty() {
                sent = link.write_all(piece).await;
                tokio::time::sleep(pause).await;
            }
        });
        let outgoing = Outgoing::new(vec!["127.0.0.0/8".parse().unwrap()]);
        let request = reqwest::Request::new(reqwest::Method::GET, url.parse().unwrap());
        let response = outgoing.send(Whose::Users, request).await.unwrap();
        within(Whose::Users, response, most, Duration::from_millis(400)).await
    }

    #[tokio::test]
    async fn bodies_end_whatever_is_sent() {
        let none = Duration::ZERO;
        let endless = answered("", &[b'x'; 65536], none, 1 << 20).await;
        assert_eq!(endless, Err(BodyError::TooLong));
        let announced = answered("content-length: 99999999999\r\n", b"x", none, 1 << 20).await;
        assert_eq!(announced, Err(BodyError::TooLong), "it is not even begun");
        let drip = answered("content-length: 1000\r\n", b"x", Duration::from_millis(50), 1 << 20).await;
        assert_eq!(drip, Err(BodyError::Broken("the answer came too slowly".to_owned())));
        let cut = answered("content-length: 1000\r\n", b"", none, 1 << 20).await;
        assert_eq!(cut, Err(BodyError::Broken("the answer broke off".to_owned())));
        let whole = answered("content-length: 0\r\n", b"", none, 1 << 20).await;
        assert_eq!(whole, Ok(Vec::new()));
    }

    #[tokio::test]
    async fn redirects_are_answers_and_heads_are_bounded() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let huge = format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "x".repeat(1 << 20));
        let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "x: y\r\n".repeat(5_000));
        let moved =
            format!("HTTP/1.1 302 Found\r\nlocation: http://{address}/other\r\ncontent-length: 0\r\n\r\n");
        let outgoing = Outgoing::new(vec!["127.0.0.0/8".parse().unwrap()]);
        for (head, expected) in [(huge, None), (many, None), (moved, Some(302))] {
            let url = format!("http://{address}/").parse().unwrap();
            let asked = outgoing.send(Whose::Users, reqwest::Request::new(reqwest::Method::GET, url));
            let answering = async {
                let (mut link, _) = listener.accept().await.unwrap();
                let _ = link.read(&mut [0; 4096]).await;
                let _ = link.write_all(head.as_bytes()).await;
                link
            };
            let (response, _link) = tokio::join!(asked, answering);
            assert_eq!(response.ok().map(|response| response.status().as_u16()), expected);
        }
    }
}
