//! A page of a listing, as S3 writes it.

use super::xml::{BadXml, Event, Reader};
use crate::limits::{KEY_BYTES, KEY_PARTS};
use crate::plain::unfit;
use chrono::{DateTime, Utc};

/// An object of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) key: String,
    pub(crate) size: u64,
    /// Version of its content, in quotes; `None`: the store has none.
    pub(crate) etag: Option<String>,
    pub(crate) modified: DateTime<Utc>,
}

impl Listed {
    /// Why the object cannot be asked for, or its name not be worked with; `None`: it can.
    pub(crate) fn unreadable(&self) -> Option<&'static str> {
        unreadable(&self.key)
    }
}

fn unreadable(key: &str) -> Option<&'static str> {
    let dots = |part: &str| part == "." || part == "..";
    if key.len() > KEY_BYTES {
        Some("its name is longer than names of objects are")
    } else if key.chars().any(unfit) {
        Some("its name has characters that cannot be shown")
    } else if key.split('/').any(dots) {
        // Addresses have a meaning of their own for these, whichever way they are encoded.
        Some("its name has '.' or '..' between slashes")
    } else if key.split('/').nth(KEY_PARTS).is_some() {
        Some("it lies too many folders deep")
    } else {
        None
    }
}

/// A page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) objects: Vec<Listed>,
    /// Where the next page begins; `None`: this is the last.
    pub(crate) next: Option<String>,
}

#[derive(Default)]
struct Object {
    key: String,
    size: String,
    etag: String,
    modified: String,
}

impl Object {
    fn listed(self) -> Result<Listed, BadXml> {
        let size = self.size.trim().parse().map_err(|_| BadXml("an object in it has no size"))?;
        if self.key.is_empty() {
            return Err(BadXml("an object in it has no key"));
        }
        // Some stores give no time; nothing but messages and the choice between versions depends on it.
        let modified = DateTime::parse_from_rfc3339(self.modified.trim()).map(|time| time.to_utc());
        let etag = Some(self.etag).filter(|etag| !etag.is_empty());
        Ok(Listed { key: self.key, size, etag, modified: modified.unwrap_or(DateTime::UNIX_EPOCH) })
    }
}

impl Page {
    /// Reads a page.
    ///
    /// # Errors
    /// It is no listing, or not written as S3 does.
    pub(crate) fn parse(xml: &[u8]) -> Result<Self, BadXml> {
        let mut reader = Reader::new(xml)?;
        let (mut page, mut truncated, mut token) = (Self::default(), String::new(), String::new());
        let mut object: Option<Object> = None;
        let mut name = "";
        while let Some(event) = reader.next()? {
            match (event, reader.depth()) {
                (Event::Open(root), 1) if root != "ListBucketResult" => {
                    return Err(BadXml("it is no listing"));
                }
                (Event::Open("Contents"), 2) => object = Some(Object::default()),
                (Event::Open(opened), 2 | 3) => name = opened,
                (Event::Text(text), 2) => match name {
                    "IsTruncated" => truncated.push_str(&text),
                    "NextContinuationToken" => token.push_str(&text),
                    _ => {}
                },
                (Event::Text(text), 3) => {
                    if let Some(object) = &mut object {
                        match name {
                            "Key" => object.key.push_str(&text),
                            "Size" => object.size.push_str(&text),
                            "ETag" => object.etag.push_str(&text),
                            "LastModified" => object.modified.push_str(&text),
                            _ => {}
                        }
                    }
                }
                (Event::Close("Contents"), 1) => {
                    page.objects.extend(object.take().map(Object::listed).transpose()?);
                }
                _ => {}
            }
        }
        if truncated.trim() == "true" {
            if token.is_empty() {
                return Err(BadXml("there is more, and it does not say where"));
            }
            page.next = Some(token);
        }
        Ok(page)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_and_the_way_on_are_read() {
        let xml = br#"<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name><Prefix>cost/</Prefix>
<IsTruncated>true</IsTruncated><NextContinuationToken>a+/=</NextContinuationToken>
<Contents><Key>cost/a&amp;b &#x1;.csv</Key><LastModified>2026-08-01T02:03:04.000Z</LastModified>
<ETag>&quot;e1&quot;</ETag><Size>12</Size><StorageClass>STANDARD</StorageClass><Owner><ID>1</ID></Owner></Contents>
<Contents><Key>/x//%20</Key><Size>0</Size></Contents></ListBucketResult>"#;
        let page = Page::parse(xml).unwrap();
        assert_eq!(page.next.as_deref(), Some("a+/="));
        let [one, two] = page.objects.as_slice() else { panic!("{page:?}") };
        assert_eq!(
            (one.key.as_str(), one.size, one.etag.as_deref()),
            ("cost/a&b \u{1}.csv", 12, Some("\"e1\""))
        );
        assert_eq!(one.modified.to_rfc3339(), "2026-08-01T02:03:04+00:00");
        assert_eq!((two.key.as_str(), two.etag.as_deref()), ("/x//%20", None));
        assert_eq!(Page::parse(b"<ListBucketResult/>").unwrap(), Page::default());
    }

    #[test]
    fn what_is_no_listing_is_refused() {
        for (xml, why) in [
            ("<Error><Code>x</Code></Error>", "no listing"),
            ("<ListBucketResult><Contents><Key>a</Key><Size>-1</Size></Contents></ListBucketResult>", "size"),
            ("<ListBucketResult><Contents><Size>1</Size></Contents></ListBucketResult>", "key"),
            ("<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>", "more"),
            ("<ListBucketResult><Contents><Key>a</Key>", "in the middle"),
        ] {
            assert!(Page::parse(xml.as_bytes()).unwrap_err().0.contains(why), "{xml}");
        }
    }

    #[test]
    fn odd_keys_are_readable_unless_they_cannot_be_asked_for() {
        for key in ["a", "/a", "a//b", "a b", "a%20b", "a+b&c=d?e#f", "ü/日本", "...", ".hidden", "a/"] {
            assert_eq!(unreadable(key), None, "{key}");
        }
        let deep = "a/".repeat(100);
        let long = "a".repeat(2000);
        for key in ["a/../b", ".", "a/.", "a\nb", "a\u{1b}[2Jb", "a\u{202e}b", deep.as_str(), long.as_str()] {
            assert!(unreadable(key).is_some(), "{key:?}");
        }
    }
}
