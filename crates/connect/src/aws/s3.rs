//! Single signed requests to S3, where the service's exact answer matters: for verification. Reports themselves
//! are read through the object store.

use super::session::for_store;
use super::{Answer, Session, Trouble};
use object_store::ClientOptions;
use object_store::aws::AwsAuthorizer;
use object_store::client::{HttpClient, HttpConnector, HttpRequest, HttpRequestBody, ReqwestConnector};
use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

/// Attempts at a request that is throttled or not answered.
const ATTEMPTS: u32 = 3;

/// S3 at one address, asked as somebody.
#[derive(Clone, Debug)]
pub(crate) struct S3 {
    http: HttpClient,
    session: Arc<Session>,
    /// Address, without a slash at its end.
    pub(crate) endpoint: String,
    /// Region that requests are signed for.
    pub(crate) region: String,
}

/// An object of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) key: String,
    pub(crate) size: u64,
}

struct Reply {
    status: u16,
    region: Option<String>,
    body: String,
}

impl S3 {
    pub(crate) fn new(session: Arc<Session>, endpoint: &str, region: &str) -> Result<Self, Answer> {
        let options = ClientOptions::new()
            .with_allow_http(true)
            .with_connect_timeout(Duration::from_secs(5))
            .with_timeout(Duration::from_secs(20));
        let http = ReqwestConnector::default()
            .connect(&options)
            .map_err(|error| Answer::network(error.to_string()))?;
        let endpoint = endpoint.trim_end_matches('/').to_owned();
        Ok(Self { http, session, endpoint, region: region.to_owned() })
    }

    /// Region of a bucket.
    pub(crate) async fn bucket_region(&self, bucket: &str) -> Result<String, Answer> {
        let reply = self.get(bucket, "", "location=", None).await?;
        if reply.status == 200 {
            let place = element(&reply.body, "LocationConstraint").unwrap_or_default();
            return Ok(match place.as_str() {
                // The oldest region has no name here, the second oldest an old one.
                "" => "us-east-1".to_owned(),
                "EU" => "eu-west-1".to_owned(),
                _ => place,
            });
        }
        let answer = answer(&reply);
        // Asked in the wrong region, or without the permission, S3 may tell the region all the same.
        match reply.region.or_else(|| element(&reply.body, "Region")).filter(|region| !region.is_empty()) {
            Some(region) if answer.trouble == Trouble::WrongRegion => Ok(region),
            _ => Err(answer),
        }
    }

    /// The first page of a listing, and whether there is more.
    pub(crate) async fn list(&self, bucket: &str, prefix: &str) -> Result<(Vec<Listed>, bool), Answer> {
        let query = format!("list-type=2&max-keys=1000&prefix={}", encode(prefix, false));
        let reply = self.get(bucket, "", &query, None).await?;
        if reply.status != 200 {
            return Err(answer(&reply));
        }
        let objects = reply.body.split("<Contents>").skip(1).filter_map(|part| {
            let size = element(part, "Size")?.parse().ok()?;
            Some(Listed { key: element(part, "Key")?, size })
        });
        let more = element(&reply.body, "IsTruncated").is_some_and(|more| more == "true");
        Ok((objects.collect(), more))
    }

    /// Reads the first byte of an object.
    pub(crate) async fn first_byte(&self, bucket: &str, key: &str) -> Result<(), Answer> {
        let reply = self.get(bucket, key, "", Some("bytes=0-0")).await?;
        // An empty object has no first byte: being told so takes the same permission.
        if matches!(reply.status, 200 | 206 | 416) { Ok(()) } else { Err(answer(&reply)) }
    }

    async fn get(&self, bucket: &str, key: &str, query: &str, range: Option<&str>) -> Result<Reply, Answer> {
        let mut attempt = 1;
        loop {
            let outcome = self.get_once(bucket, key, query, range).await;
            let again = match &outcome {
                Ok(reply) => reply.status == 429 || reply.status >= 500,
                Err(error) => error.retryable(),
            };
            if !again || attempt >= ATTEMPTS {
                return outcome;
            }
            tokio::time::sleep(Duration::from_millis(200 << attempt)).await;
            attempt = attempt.saturating_add(1);
        }
    }

    async fn get_once(
        &self,
        bucket: &str,
        key: &str,
        query: &str,
        range: Option<&str>,
    ) -> Result<Reply, Answer> {
        let credentials = for_store(&self.session.credentials().await?);
        let mut address = format!("{}/{bucket}", self.endpoint);
        if !key.is_empty() {
            address = format!("{address}/{}", encode(key, true));
        }
        if !query.is_empty() {
            address = format!("{address}?{query}");
        }
        let wrong = |what: String| Answer::new("InvalidAddress", &what, None);
        let mut request = HttpRequest::new(HttpRequestBody::empty());
        *request.uri_mut() = address.parse().map_err(|error| wrong(format!("{address}: {error}")))?;
        if let Some(range) = range {
            let range = range.parse().map_err(|_| wrong(range.to_owned()))?;
            request.headers_mut().insert("range", range);
        }
        AwsAuthorizer::new(&credentials, "s3", &self.region).authorize(&mut request, None);
        let failed = |error: object_store::client::HttpError| Answer::network(model::with_causes(&error));
        let (head, body) = self.http.execute(request).await.map_err(failed)?.into_parts();
        let region = head.headers.get("x-amz-bucket-region").and_then(|value| value.to_str().ok());
        let region = region.map(str::to_owned);
        let body = match head.status.as_u16() {
            206 => String::new(),
            _ => String::from_utf8_lossy(&body.bytes().await.map_err(failed)?).into_owned(),
        };
        Ok(Reply { status: head.status.as_u16(), region, body })
    }
}

fn answer(reply: &Reply) -> Answer {
    let part = |name| element(&reply.body, name).unwrap_or_default();
    Answer::new(&part("Code"), &part("Message"), Some(reply.status))
}

/// The text of the first element of a name; S3's answers are flat enough for that.
fn element(xml: &str, name: &str) -> Option<String> {
    let at = xml.find(&format!("<{name}>")).map(|at| at + name.len() + 2).or_else(|| {
        // With attributes: `<LocationConstraint xmlns="…">`.
        let at = xml.find(&format!("<{name} "))?;
        let close = xml[at..].find('>')?;
        (!xml[at..=at + close].ends_with("/>")).then_some(at + close + 1)
    })?;
    let end = xml[at..].find(&format!("</{name}>"))?;
    let text = &xml[at..at + end];
    Some(
        text.replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&apos;", "'")
            .replace("&#39;", "'")
            .replace("&amp;", "&"),
    )
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

    #[test]
    fn elements_are_found_with_and_without_attributes() {
        let xml =
            r#"<?xml version="1.0"?><LocationConstraint xmlns="http://s3">eu-west-3</LocationConstraint>"#;
        assert_eq!(element(xml, "LocationConstraint").unwrap(), "eu-west-3");
        assert_eq!(element(r#"<LocationConstraint xmlns="http://s3"/>"#, "LocationConstraint"), None);
        assert_eq!(element("<Key>a&amp;b &lt;c&gt;</Key>", "Key").unwrap(), "a&b <c>");
    }

    #[test]
    fn keys_are_encoded_for_signing() {
        assert_eq!(encode("a b/ü=1+", true), "a%20b/%C3%BC%3D1%2B");
        assert_eq!(encode("a/b", false), "a%2Fb");
    }
}
