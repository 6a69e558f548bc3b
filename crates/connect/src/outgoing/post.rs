//! A message to an address that a user named: one request, and the start of what is answered.

use super::{NOT_REACHED_HOOK, Outgoing, Whose};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Method, Request, Response};
use std::time::Duration;
use url::Url;

/// The whole exchange, from the name to the last byte that is read.
const PATIENCE: Duration = Duration::from_secs(20);
/// Of an answer so much is read (bytes): what a receiver says of why. The rest is not waited for.
const ANSWER: usize = 2 << 10;

/// A request with a body.
#[derive(Clone)]
pub struct Post {
    /// Where to; it may be a secret.
    pub url: String,
    /// Headers; their values may be secrets.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

impl std::fmt::Debug for Post {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Post").field("bytes", &self.body.len()).finish_non_exhaustive()
    }
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// HTTP status, a redirect's too: none is followed.
    pub status: u16,
    /// `Retry-After`, as it was written.
    pub retry_after: Option<String>,
    /// The body's beginning, as text; of one that came too slowly or broke off, what there was.
    pub start: String,
}

/// Why nothing was sent, or nothing came back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotSent {
    /// The address is none that can be sent to.
    #[error("{0}")]
    Address(String),
    /// Not reached, no HTTP came back, or not in time. The same words whatever it was; the log has the cause.
    #[error("{}", NOT_REACHED_HOOK)]
    NotReached,
}

impl Outgoing {
    /// Looks at an address that messages are to be sent to, as far as that goes without asking for its name: `https`,
    /// or `http` within a range that the operator opened; no name and password in it; not closed.
    ///
    /// # Errors
    /// What is wrong with it. The address is not repeated: it may be a secret.
    pub fn check_hook(&self, url: &str) -> Result<(), NotSent> {
        self.hook(url).map(|_| ())
    }

    fn hook(&self, url: &str) -> Result<(Url, Whose), NotSent> {
        let wrong = |why: &str| NotSent::Address(why.to_owned());
        let url = Url::parse(url).map_err(|error| wrong(&format!("this is no address: {error}")))?;
        let whose = match url.scheme() {
            "https" => Whose::Users,
            "http" => Whose::UsersPlain,
            _ => return Err(wrong("an address begins with https://")),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("an address holds no name and password here"));
        }
        if url.host_str().unwrap_or_default().is_empty() {
            return Err(wrong("the address names no machine"));
        }
        if whose == Whose::UsersPlain && self.opened().is_empty() {
            return Err(wrong(
                "an address begins with https://; http:// is for private ranges that the operator opened",
            ));
        }
        self.check_url(whose, &url)
            .map_err(|refused| wrong(&format!("the address is not connected to: {refused}")))?;
        Ok((url, whose))
    }

    /// Sends a message, within twenty seconds. Addresses are checked where they are connected to, redirects are
    /// answers, no proxy is asked; of the answer the beginning is read.
    ///
    /// # Errors
    /// Nothing was sent, or nothing came back.
    pub async fn post(&self, post: Post) -> Result<Answered, NotSent> {
        let (url, whose) = self.hook(&post.url)?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let mut request = Request::new(Method::POST, url);
        *request.headers_mut() = headers(&post.headers)?;
        *request.body_mut() = Some(post.body.into());
        let until = tokio::time::Instant::now() + PATIENCE;
        let failed = |cause: String| {
            tracing::info!(host, cause, "a message was not taken");
            NotSent::NotReached
        };
        let client = self.client(whose).map_err(|error| failed(model::with_causes(&error)))?;
        match tokio::time::timeout_at(until, client.execute(request)).await {
            Ok(Ok(response)) => Ok(Answered {
                status: response.status().as_u16(),
                retry_after: text_of(response.headers().get(RETRY_AFTER)),
                start: start(response, until).await,
            }),
            Ok(Err(error)) => Err(failed(model::with_causes(&error.without_url()))),
            Err(_) => Err(failed("no answer in time".to_owned())),
        }
    }
}

fn headers(given: &[(String, String)]) -> Result<HeaderMap, NotSent> {
    let wrong = || NotSent::Address("a header of the message cannot be sent".to_owned());
    let mut headers = HeaderMap::with_capacity(given.len());
    for (name, value) in given {
        let name = HeaderName::try_from(name).map_err(|_| wrong())?;
        let mut value = HeaderValue::try_from(value).map_err(|_| wrong())?;
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    Ok(headers)
}

fn text_of(value: Option<&HeaderValue>) -> Option<String> {
    Some(value?.to_str().ok()?.chars().take(64).collect())
}

/// The beginning of an answer: the connection is let go after it, whatever else would come.
async fn start(mut response: Response, until: tokio::time::Instant) -> String {
    let mut bytes = vec![];
    while bytes.len() < ANSWER {
        match tokio::time::timeout_at(until, response.chunk()).await {
            Ok(Ok(Some(chunk))) => bytes.extend_from_slice(&chunk[..chunk.len().min(ANSWER - bytes.len())]),
            _ => break,
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::super::resolver::Names;
    use super::*;
    use std::collections::VecDeque;
    use std::net::SocketAddr;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, Mutex};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    fn post(url: String) -> Post {
        Post { url, headers: vec![("webhook-id".to_owned(), "msg_1".to_owned())], body: b"{}".to_vec() }
    }

    #[test]
    fn addresses_are_https_or_lie_in_what_was_opened() {
        let closed = Outgoing::default();
        let opened = Outgoing::new(vec!["10.0.0.0/8".parse().unwrap()]);
        assert_eq!(closed.check_hook("https://hooks.example/x"), Ok(()));
        assert_eq!(opened.check_hook("http://10.1.2.3/x"), Ok(()));
        assert_eq!(
            opened.check_hook("http://inside.example/x"),
            Ok(()),
            "its addresses are checked when it is connected to"
        );
        for url in [
            "http://hooks.example/x",
            "http://8.8.8.8/x",
            "https://10.1.2.3/x",
            "https://127.0.0.1/x",
            "https://[::ffff:127.0.0.1]/x",
            "https://0x7f.1/",
            "https://[64:ff9b::a00:1]/",
            "https://100.64.1.1/",
            "https://169.254.169.254/latest",
            "https://100.100.100.200/",
            "https://[fd00:ec2::254]/",
            "https://me:hush@hooks.example/",
            "ftp://hooks.example/",
            "hooks.example",
            "https://",
        ] {
            let error = closed.check_hook(url).unwrap_err().to_string();
            assert!(!error.contains("hush"), "{error}");
        }
        assert!(opened.check_hook("http://8.8.8.8/x").is_err(), "no plain text over the internet");
        assert!(opened.check_hook("http://169.254.169.254/").is_err());
    }

    /// What becomes of a message to a server that writes this.
    async fn answered(answer: Vec<u8>) -> Result<Answered, NotSent> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let outgoing = Outgoing::new(vec!["127.0.0.0/8".parse().unwrap()]);
        let serve = async {
            let (mut link, _) = listener.accept().await.unwrap();
            let _ = link.read(&mut [0; 4096]).await;
            let _ = link.write_all(&answer).await;
            // Nobody follows anywhere.
            let again = tokio::time::timeout(Duration::from_millis(100), listener.accept()).await;
            assert!(again.is_err(), "it was asked again");
        };
        tokio::join!(outgoing.post(post(url)), serve).0
    }

    #[tokio::test]
    async fn redirects_are_answers_and_long_ones_are_cut() {
        let moved = b"HTTP/1.1 301 Moved\r\nlocation: /other\r\ncontent-length: 4\r\n\r\nmove".to_vec();
        let moved = answered(moved).await.unwrap();
        assert_eq!((moved.status, moved.start.as_str()), (301, "move"));
        let wait = b"HTTP/1.1 429 Slow\r\nretry-after: 7\r\ncontent-length: 0\r\n\r\n".to_vec();
        let wait = answered(wait).await.unwrap();
        assert_eq!((wait.status, wait.retry_after.as_deref()), (429, Some("7")));
        let mut huge = b"HTTP/1.1 200 OK\r\ncontent-length: 52428800\r\n\r\n".to_vec();
        huge.resize(4 << 20, b'x');
        assert_eq!(answered(huge).await.unwrap().start.len(), ANSWER);
        assert_eq!(answered(b"SSH-2.0-OpenSSH\r\n".to_vec()).await, Err(NotSent::NotReached));
    }

    /// A name that leads to what was not opened is not connected to, in plain text not even where it is public.
    #[tokio::test]
    async fn names_are_checked_where_they_are_connected_to() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let outgoing = Outgoing::new(vec!["10.0.0.0/8".parse().unwrap()]);
        for scheme in ["http", "https"] {
            let sent = outgoing.post(post(format!("{scheme}://localhost:{port}/"))).await;
            assert_eq!(sent, Err(NotSent::NotReached));
        }
        let waiting = tokio::time::timeout(Duration::from_millis(100), listener.accept()).await;
        assert!(waiting.is_err(), "it was connected to");
    }

    /// DNS that answers an allowed address first and a closed one then: each connection is to what was looked at for it, and
    /// the one that would lead elsewhere is not made. Nor is one by a name that leads to both.
    #[tokio::test]
    async fn a_name_that_moves_between_look_and_use_leads_nowhere() {
        let inside = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = inside.local_addr().unwrap().port();
        // Opened, it stands for a public address; the same machine's other address is closed.
        let allowed: SocketAddr = "127.0.0.2:0".parse().unwrap();
        let closed: SocketAddr = "127.0.0.1:0".parse().unwrap();
        let metadata: SocketAddr = "169.254.169.254:0".parse().unwrap();
        let outside = TcpListener::bind(("127.0.0.2", port)).await.unwrap();
        let answers = VecDeque::from([
            vec![allowed],
            vec![closed],
            vec![allowed, closed],
            vec![metadata, allowed],
            vec![allowed],
        ]);
        let looked = Arc::new(AtomicUsize::new(0));
        let (counted, left) = (Arc::clone(&looked), Mutex::new(answers));
        let names = Names::told(move |_| {
            counted.fetch_add(1, Ordering::Relaxed);
            left.lock().unwrap().pop_front().unwrap()
        });
        let outgoing = Outgoing::with_names(vec!["127.0.0.2/32".parse().unwrap()], names);
        let serve = tokio::spawn(async move {
            let mut taken = 0;
            while taken < 2 {
                let (mut link, _) = outside.accept().await.unwrap();
                let _ = link.read(&mut [0; 4096]).await;
                let answer = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
                let _ = link.write_all(answer).await;
                taken += 1;
            }
        });
        let send = async || {
            let sent = outgoing.post(post(format!("http://moves.example:{port}/"))).await;
            sent.map(|answered| answered.status)
        };
        assert_eq!(send().await, Ok(204));
        assert_eq!(looked.load(Ordering::Relaxed), 1, "what was looked at is what was connected to");
        for _ in 0..3 {
            assert_eq!(send().await, Err(NotSent::NotReached));
        }
        assert_eq!(send().await, Ok(204));
        assert_eq!(looked.load(Ordering::Relaxed), 5);
        serve.await.unwrap();
        let waiting = tokio::time::timeout(Duration::from_millis(100), inside.accept()).await;
        assert!(waiting.is_err(), "the closed address was connected to");
    }
}
