//! S3, and whatever speaks its protocol: signed requests, one by one, for verification and for reading alike.
//!
//! Every answer is bounded and redirects are not followed (see `outgoing`). A bucket in another region is told as
//! that. Answers are tried again while that may help; whoever needs patience has more of it.

use super::listing::{Listed, Page};
use super::session::for_store;
use super::xml::fields;
use super::{Answer, Session, Trouble};
use crate::limits::{ANSWER_BYTES, PAGE_BYTES, PAGE_KEYS};
use crate::outgoing::{Outgoing, Whose, read};
use chrono::{DateTime, Utc};
use object_store::aws::AwsAuthorizer;
use object_store::client::{HttpRequest, HttpRequestBody};
use reqwest::header::{HeaderMap, HeaderName};
use reqwest::{Method, Request};
use std::fmt::Write;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// Attempts at a request that is throttled or not answered: of a verification, which somebody waits for.
const FEW: u32 = 3;
/// The same of reading, which has time: half a minute of waiting in all.
const MANY: u32 = 8;
/// The longest wait between two attempts.
const LONGEST_WAIT: Duration = Duration::from_secs(8);

/// S3 at one address, asked as somebody.
#[derive(Clone, Debug)]
pub(crate) struct S3 {
    outgoing: Outgoing,
    whose: Whose,
    session: Arc<Session>,
    attempts: u32,
    /// Address, without a slash at its end.
    pub(crate) endpoint: String,
    /// Region that requests are signed for.
    pub(crate) region: String,
}

/// What is asked for.
struct Ask<'a> {
    method: Method,
    bucket: &'a str,
    key: &'a str,
    query: String,
    headers: Vec<(HeaderName, String)>,
    /// Bytes of the answer's body, if it is what was asked for; `None`: it is not wanted.
    most: Option<u64>,
}

impl<'a> Ask<'a> {
    fn get(bucket: &'a str, key: &'a str, query: String, most: Option<u64>) -> Self {
        Self { method: Method::GET, bucket, key, query, headers: Vec::new(), most }
    }
}

struct Reply {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Reply {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl S3 {
    pub(crate) fn new(
        outgoing: Outgoing,
        whose: Whose,
        session: Arc<Session>,
        endpoint: &str,
        region: &str,
    ) -> Self {
        let endpoint = endpoint.trim_end_matches('/').to_owned();
        Self { outgoing, whose, session, attempts: FEW, endpoint, region: region.to_owned() }
    }

    /// The same, for reading: it waits longer for an answer.
    pub(crate) fn patient(self) -> Self {
        Self { attempts: MANY, ..self }
    }

    /// Region of a bucket.
    pub(crate) async fn bucket_region(&self, bucket: &str) -> Result<String, Answer> {
        let reply = self.ask(&Ask::get(bucket, "", "location=".to_owned(), Some(ANSWER_BYTES))).await?;
        if reply.status == 200 {
            let (root, fields) = fields(&reply.body).map_err(|bad| Answer::strange(bad.0))?;
            let place = fields.into_iter().find(|(name, _)| *name == root).map(|(_, place)| place);
            return match place.as_deref() {
                // The oldest region has no name here, the second oldest an old one.
                None => Ok("us-east-1".to_owned()),
                Some("EU") => Ok("eu-west-1".to_owned()),
                Some(place) => region_name(place).ok_or_else(|| Answer::strange("the region has no name")),
            };
        }
        let answer = answer(&reply);
        // Asked in the wrong region, or without the permission, S3 may tell the region all the same.
        match told_region(&reply) {
            Some(region) if answer.trouble == Trouble::WrongRegion => Ok(region),
            _ => Err(answer),
        }
    }

    /// A page of a listing.
    pub(crate) async fn page(&self, bucket: &str, prefix: &str, at: Option<&str>) -> Result<Page, Answer> {
        let mut query = format!("list-type=2&max-keys={PAGE_KEYS}&prefix={}", encode(prefix, false));
        if let Some(at) = at {
            let _ = write!(query, "&continuation-token={}", encode(at, false));
        }
        let reply = self.ask(&Ask::get(bucket, "", query, Some(PAGE_BYTES))).await?;
        if reply.status != 200 {
            return Err(answer(&reply));
        }
        let strange = |why: &str| Answer::strange(&format!("the listing cannot be read: {why}"));
        // Megabytes of a stranger's text are nothing for a thread that others wait on.
        let parsed = tokio::task::spawn_blocking(move || Page::parse(&reply.body)).await;
        parsed.map_err(|error| strange(&error.to_string()))?.map_err(|bad| strange(bad.0))
    }

    /// Reads the first byte of an object.
    pub(crate) async fn first_byte(&self, bucket: &str, key: &str) -> Result<(), Answer> {
        let mut ask = Ask::get(bucket, key, String::new(), None);
        ask.headers.push((reqwest::header::RANGE, "bytes=0-0".to_owned()));
        let reply = self.ask(&ask).await?;
        // An empty object has no first byte: being told so takes the same permission.
        if matches!(reply.status, 200 | 206 | 416) { Ok(()) } else { Err(answer(&reply)) }
    }

    /// What an object is now.
    pub(crate) async fn head(&self, bucket: &str, key: &str) -> Result<Listed, Answer> {
        let mut ask = Ask::get(bucket, key, String::new(), None);
        ask.method = Method::HEAD;
        let reply = self.ask(&ask).await?;
        if reply.status != 200 {
            return Err(answer(&reply));
        }
        let size = reply.header("content-length").and_then(|size| size.parse().ok());
        let modified = reply.header("last-modified").and_then(|at| DateTime::parse_from_rfc2822(at).ok());
        Ok(Listed {
            key: key.to_owned(),
            size: size.ok_or_else(|| Answer::strange("the answer does not say how long the object is"))?,
            etag: reply.header("etag").map(str::to_owned),
            modified: modified.map_or(DateTime::<Utc>::UNIX_EPOCH, |at| at.to_utc()),
        })
    }

    /// A range of an object that is not empty, if it is still of that version.
    pub(crate) async fn range(
        &self,
        bucket: &str,
        key: &str,
        range: &Range<u64>,
        etag: Option<&str>,
    ) -> Result<Vec<u8>, Answer> {
        let length = range.end.saturating_sub(range.start);
        let mut ask = Ask::get(bucket, key, String::new(), Some(length));
        let last = range.end.saturating_sub(1);
        ask.headers.push((reqwest::header::RANGE, format!("bytes={}-{last}", range.start)));
        if let Some(etag) = etag {
            ask.headers.push((reqwest::header::IF_MATCH, etag.to_owned()));
        }
        let reply = self.ask(&ask).await?;
        let begins = format!("bytes {}-", range.start);
        match reply.status {
            206 if reply.header("content-range").is_none_or(|range| range.starts_with(&begins)) => {
                Ok(reply.body)
            }
            206 => Err(Answer::strange("other bytes came than were asked for")),
            // Without ranges, the whole object is the range if it is as long.
            200 if range.start == 0 => Ok(reply.body),
            200 => Err(Answer::strange("the whole object came where a part was asked for")),
            _ => Err(answer(&reply)),
        }
    }

    async fn ask(&self, ask: &Ask<'_>) -> Result<Reply, Answer> {
        let mut attempt = 1;
        loop {
            let outcome = self.ask_once(ask).await;
            let again = match &outcome {
                Ok(reply) => reply.status == 429 || reply.status >= 500,
                Err(error) => error.retryable(),
            };
            if !again || attempt >= self.attempts {
                return outcome;
            }
            let wait = Duration::from_millis(200 << attempt.min(10)).min(LONGEST_WAIT);
            // Many requests that failed together must not come again together.
            let jitter = wait.mul_f64(rand::random_range(0.0..0.3));
            tokio::time::sleep(wait + jitter).await;
            attempt = attempt.saturating_add(1);
        }
    }

    async fn ask_once(&self, ask: &Ask<'_>) -> Result<Reply, Answer> {
        let response = self.outgoing.send(self.whose, self.signed(ask).await?).await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let fits = matches!(status, 200 | 206);
        let Some(most) = (if fits { ask.most } else { Some(ANSWER_BYTES) }) else {
            return Ok(Reply { status, headers, body: Vec::new() });
        };
        let body = match read(self.whose, response, most).await {
            Ok(body) => body,
            // An error is one, whatever stands in it.
            Err(_) if !fits => Vec::new(),
            Err(error) => return Err(error.answer(most)),
        };
        Ok(Reply { status, headers, body })
    }

    /// The request, signed unless nobody is to sign it.
    async fn signed(&self, ask: &Ask<'_>) -> Result<Request, Answer> {
        let path = match ask.key {
            "" => format!("/{}", ask.bucket),
            key => format!("/{}/{}", ask.bucket, encode(key, true)),
        };
        let query = if ask.query.is_empty() { String::new() } else { format!("?{}", ask.query) };
        let wrong = |what: &str| Answer::new("InvalidAddress", what, None);
        let url = Url::parse(&format!("{}{path}{query}", self.endpoint))
            .map_err(|error| wrong(&error.to_string()))?;
        // What is asked for is what was meant: no '..' leads out of the bucket.
        if !url.path().ends_with(&path) {
            return Err(wrong("the key has '.' or '..' between slashes"));
        }
        let mut signed = HttpRequest::new(HttpRequestBody::empty());
        *signed.method_mut() = ask.method.clone();
        *signed.uri_mut() = url.as_str().parse().map_err(|_| wrong("it is too long"))?;
        for (name, value) in &ask.headers {
            let value = value.parse().map_err(|_| wrong("the version of a file is no text"))?;
            signed.headers_mut().insert(name, value);
        }
        if let Some(credentials) = self.session.signing().await.map_err(Answer::entering)? {
            AwsAuthorizer::new(&for_store(&credentials), "s3", &self.region).authorize(&mut signed, None);
        }
        let mut request = Request::new(ask.method.clone(), url);
        *request.headers_mut() = signed.headers().clone();
        Ok(request)
    }
}

/// What an answer says that is not what was asked for.
fn answer(reply: &Reply) -> Answer {
    let found = fields(&reply.body).ok().filter(|(root, _)| root == "Error").map(|(_, fields)| fields);
    let part = |name: &str| {
        let mut fields = found.iter().flatten();
        fields.find(|(field, _)| field == name).map(|(_, text)| text.as_str()).unwrap_or_default()
    };
    let answer = Answer::new(part("Code"), part("Message"), Some(reply.status));
    match told_region(reply) {
        Some(region) if answer.trouble == Trouble::WrongRegion => {
            Answer { message: format!("the bucket is in the region {region}"), ..answer }
        }
        None if answer.code.is_empty() && matches!(reply.status, 300..=399) => {
            Answer { message: "the answer leads elsewhere, which is not followed".to_owned(), ..answer }
        }
        _ => answer,
    }
}

/// The bucket's region, where an error tells it.
fn told_region(reply: &Reply) -> Option<String> {
    let told = reply.header("x-amz-bucket-region").map(str::to_owned);
    let within = || {
        let (_, fields) = fields(&reply.body).ok()?;
        fields.into_iter().find(|(name, _)| name == "Region").map(|(_, region)| region)
    };
    region_name(&told.or_else(within)?)
}

/// A region that can be one: it becomes part of an address.
fn region_name(text: &str) -> Option<String> {
    let valid = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    ((2..=40).contains(&text.len()) && text.bytes().all(valid)).then(|| text.to_owned())
}

/// Percent-encoding as signatures want it.
fn encode(text: &str, keep_slashes: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) || (keep_slashes && byte == b'/') {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(status: u16, headers: &[(&'static str, &str)], body: &str) -> Reply {
        let headers =
            headers.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()));
        Reply { status, headers: headers.collect(), body: body.as_bytes().to_vec() }
    }

    #[test]
    fn another_region_is_told_as_that() {
        let moved = "<Error><Code>PermanentRedirect</Code><Message>use this endpoint</Message><Endpoint>evil.example</Endpoint></Error>";
        for (status, header, body) in [
            (301, Some("eu-west-3"), moved),
            (301, Some("eu-west-3"), ""),
            (400, None, "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-3</Region></Error>"),
        ] {
            let headers: Vec<_> = header.map(|region| ("x-amz-bucket-region", region)).into_iter().collect();
            let answer = answer(&reply(status, &headers, body));
            assert_eq!(answer.trouble, Trouble::WrongRegion);
            assert_eq!(answer.message, "the bucket is in the region eu-west-3");
        }
    }

    #[test]
    fn redirects_and_regions_of_strangers_lead_nowhere() {
        let elsewhere = answer(&reply(302, &[("location", "http://169.254.169.254/")], ""));
        assert_eq!(elsewhere.to_string(), "the answer leads elsewhere, which is not followed (HTTP 302)");
        let long = "a".repeat(50);
        for region in ["evil.example/", "a b", "", "x", "US-EAST-1", long.as_str()] {
            assert_eq!(told_region(&reply(301, &[("x-amz-bucket-region", region)], "")), None, "{region}");
        }
    }

    #[test]
    fn words_of_strangers_are_short_and_plain() {
        let page = "<html><body>secret</body></html>";
        assert_eq!(answer(&reply(502, &[], page)).to_string(), "HTTP 502");
        let long =
            format!("<Error><Code>a b\u{1b}</Code><Message>\u{1b}[2J{}</Message></Error>", "x".repeat(9000));
        let told = answer(&reply(403, &[], &long)).to_string();
        assert!(told.len() < 400 && !told.contains('\u{1b}') && !told.contains("a b"), "{told}");
    }

    #[test]
    fn keys_are_encoded_for_signing() {
        assert_eq!(encode("a b/ü=1+", true), "a%20b/%C3%BC%3D1%2B");
        assert_eq!(encode("a/b", false), "a%2Fb");
    }
}
