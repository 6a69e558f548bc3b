//! A reader of the XML that S3 answers, for answers of strangers: it goes through the bytes once, keeps nothing but
//! the names of the open elements, and stops at the first thing that S3 does not write.
//!
//! Attributes are skipped, not read: what S3 says stands in elements. No document type, no entities of one's own, no
//! long tags, little depth. Depends on nothing, so that its fuzz target is quick to build.

use std::borrow::Cow;

/// Elements in each other. S3's answers have four.
const DEPTH: usize = 16;
/// Bytes of a tag with its attributes. S3's longest has a namespace of 60.
const TAG_BYTES: usize = 1_024;
/// Bytes of an element's text: a key of 1,024 bytes, each written as an entity.
const TEXT_BYTES: usize = 16 << 10;

/// Why an answer is not read: no place in it, for it is not ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BadXml(pub(crate) &'static str);

/// What stands in an answer, one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Event<'a> {
    /// An element begins; its name without prefix.
    Open(&'a str),
    /// Text between tags, entities resolved; never blank.
    Text(Cow<'a, str>),
    /// The element that was opened last ends.
    Close(&'a str),
}

/// Reads an answer, event by event.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a str,
    open: Vec<&'a str>,
    /// An element without content ends right after its beginning.
    closing: Option<&'a str>,
    begun: bool,
}

impl<'a> Reader<'a> {
    /// Begins.
    ///
    /// # Errors
    /// It is not UTF-8.
    pub(crate) fn new(bytes: &'a [u8]) -> Result<Self, BadXml> {
        let text = std::str::from_utf8(bytes).map_err(|_| BadXml("it is not UTF-8"))?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        Ok(Self { rest: text, open: Vec::new(), closing: None, begun: false })
    }

    /// How many elements are open.
    pub(crate) fn depth(&self) -> usize {
        self.open.len()
    }

    /// The next event; `None` at the end.
    ///
    /// # Errors
    /// What stands there is not what S3 writes.
    pub(crate) fn next(&mut self) -> Result<Option<Event<'a>>, BadXml> {
        if let Some(name) = self.closing.take() {
            self.open.pop();
            return Ok(Some(Event::Close(name)));
        }
        loop {
            if self.rest.is_empty() {
                return match (self.begun, self.open.is_empty()) {
                    (true, true) => Ok(None),
                    (false, _) => Err(BadXml("it is empty")),
                    (true, false) => Err(BadXml("it ends in the middle")),
                };
            }
            let Some(tag) = self.rest.strip_prefix('<') else {
                let end = self.rest.find('<').unwrap_or(self.rest.len());
                let (text, rest) = self.rest.split_at(end);
                self.rest = rest;
                if text.trim().is_empty() {
                    continue;
                }
                return self.text(text, true).map(Some);
            };
            if let Some(rest) = tag.strip_prefix("!--") {
                self.rest = after(rest, "-->")?.1;
            } else if let Some(rest) = tag.strip_prefix('?') {
                self.rest = after(rest, "?>")?.1;
            } else if let Some(rest) = tag.strip_prefix("![CDATA[") {
                let (text, rest) = after(rest, "]]>")?;
                self.rest = rest;
                if !text.is_empty() {
                    return self.text(text, false).map(Some);
                }
            } else if tag.starts_with('!') {
                return Err(BadXml("it has a document type"));
            } else {
                return self.tag(tag).map(Some);
            }
        }
    }

    fn text(&self, text: &'a str, entities: bool) -> Result<Event<'a>, BadXml> {
        if self.open.is_empty() {
            return Err(BadXml("text stands outside of it"));
        }
        if text.len() > TEXT_BYTES {
            return Err(BadXml("a text in it is too long"));
        }
        let plain = Cow::Borrowed(text);
        Ok(Event::Text(if entities && text.contains('&') { Cow::Owned(resolved(text)?) } else { plain }))
    }

    fn tag(&mut self, tag: &'a str) -> Result<Event<'a>, BadXml> {
        // The end is looked for within the limit alone: a tag of megabytes is not even gone through.
        let within = tag.as_bytes().get(..TAG_BYTES.min(tag.len())).unwrap_or_default();
        let end = within.iter().position(|&byte| byte == b'>').ok_or(BadXml("a tag in it is too long"))?;
        let (inside, rest) = (&tag[..end], &tag[end + 1..]);
        self.rest = rest;
        if let Some(name) = inside.strip_prefix('/') {
            let name = local(name.trim_end())?;
            return match self.open.pop() {
                Some(opened) if opened == name => Ok(Event::Close(name)),
                _ => Err(BadXml("its tags do not match")),
            };
        }
        let (inside, empty) = match inside.strip_suffix('/') {
            Some(inside) => (inside, true),
            None => (inside, false),
        };
        let name = local(inside.split([' ', '\t', '\r', '\n']).next().unwrap_or_default())?;
        if self.open.is_empty() && self.begun {
            return Err(BadXml("it has two roots"));
        }
        if self.open.len() >= DEPTH {
            return Err(BadXml("its elements are nested too deep"));
        }
        self.begun = true;
        self.open.push(name);
        self.closing = empty.then_some(name);
        Ok(Event::Open(name))
    }
}

fn after<'a>(text: &'a str, end: &str) -> Result<(&'a str, &'a str), BadXml> {
    text.split_once(end).ok_or(BadXml("it ends in the middle"))
}

/// A name without its prefix.
fn local(name: &str) -> Result<&str, BadXml> {
    let name = name.rsplit(':').next().unwrap_or_default();
    let valid = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if name.is_empty() || !name.bytes().all(valid) {
        return Err(BadXml("a tag in it has no name"));
    }
    Ok(name)
}

/// Text with its entities resolved: the five of XML, and characters by number. S3 writes control characters of keys
/// so, though XML does not allow it.
fn resolved(text: &str) -> Result<String, BadXml> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, entity)) = rest.split_once('&') {
        out.push_str(before);
        let within = entity.as_bytes().iter().take(10).position(|&byte| byte == b';');
        let end = within.ok_or(BadXml("an entity in it has no end"))?;
        let name = &entity[..end];
        out.push(match name {
            "lt" => '<',
            "gt" => '>',
            "amp" => '&',
            "quot" => '"',
            "apos" => '\'',
            _ => numbered(name).ok_or(BadXml("it has an entity that is not known"))?,
        });
        rest = &entity[end + 1..];
    }
    out.push_str(rest);
    Ok(out)
}

fn numbered(name: &str) -> Option<char> {
    let number = name.strip_prefix('#')?;
    let (digits, radix) = match number.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    // `from_str_radix` takes a sign; an entity has none.
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(())?;
    char::from_u32(u32::from_str_radix(digits, radix).ok()?)
}

/// Texts of the children of the root, in order: enough for an error or a region.
///
/// # Errors
/// As for [`Reader::next`].
pub(crate) fn fields(bytes: &[u8]) -> Result<(String, Vec<(String, String)>), BadXml> {
    let mut reader = Reader::new(bytes)?;
    let (mut root, mut fields) = (String::new(), Vec::<(String, String)>::new());
    while let Some(event) = reader.next()? {
        match (event, reader.depth()) {
            (Event::Open(name), 1) => name.clone_into(&mut root),
            (Event::Open(name), 2) => fields.push((name.to_owned(), String::new())),
            // The root's own text: `<LocationConstraint>eu-west-1</LocationConstraint>`.
            (Event::Text(text), 1) => fields.push((root.clone(), text.into_owned())),
            (Event::Text(text), 2) => {
                if let Some((_, value)) = fields.last_mut() {
                    value.push_str(&text);
                }
            }
            _ => {}
        }
    }
    Ok((root, fields))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(xml: &str) -> Result<Vec<Event<'_>>, BadXml> {
        let mut reader = Reader::new(xml.as_bytes())?;
        let mut events = vec![];
        while let Some(event) = reader.next()? {
            events.push(event);
        }
        Ok(events)
    }

    #[test]
    fn what_s3_writes_is_read() {
        let xml = "<?xml version=\"1.0\"?>\n<!-- x --><s3:A xmlns=\"http://s3\"><B>a &amp; &#x41;&#10;</B> <C/>\n<D><![CDATA[<&]]></D></s3:A>\n";
        assert_eq!(
            all(xml).unwrap(),
            [
                Event::Open("A"),
                Event::Open("B"),
                Event::Text("a & A\n".into()),
                Event::Close("B"),
                Event::Open("C"),
                Event::Close("C"),
                Event::Open("D"),
                Event::Text("<&".into()),
                Event::Close("D"),
                Event::Close("A"),
            ]
        );
        let (root, found) =
            fields(b"<Error><Code>NoSuchKey</Code><Message>a&lt;b</Message></Error>").unwrap();
        assert_eq!(root, "Error");
        assert_eq!(found[1], ("Message".to_owned(), "a<b".to_owned()));
        let (_, found) = fields(b"<LocationConstraint xmlns=\"x\">eu-west-3</LocationConstraint>").unwrap();
        assert_eq!(found, [("LocationConstraint".to_owned(), "eu-west-3".to_owned())]);
        assert!(fields(b"<LocationConstraint xmlns=\"x\"/>").unwrap().1.is_empty());
    }

    #[test]
    fn what_s3_does_not_write_is_refused() {
        let deep = "<a>".repeat(100_000);
        let wide = format!("<a {}>", "b=\"c\" ".repeat(300_000));
        let name = format!("<{}>", "a".repeat(1 << 20));
        let long = format!("<a>{}</a>", "x".repeat(1 << 20));
        for (xml, why) in [
            (deep.as_str(), "too deep"),
            (wide.as_str(), "tag in it is too long"),
            (name.as_str(), "tag in it is too long"),
            (long.as_str(), "text in it is too long"),
            ("<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "document type"),
            ("<a>&b;</a>", "not known"),
            ("<a>&#xffffffff;</a>", "no end"),
            ("<a>&#xd800;</a>", "not known"),
            ("<a>&#+65;</a>", "not known"),
            ("<a>&amp</a>", "no end"),
            ("<a></b>", "do not match"),
            ("<a>", "in the middle"),
            ("</a>", "do not match"),
            ("<a/><b/>", "two roots"),
            ("x", "outside"),
            ("", "empty"),
            ("<>", "no name"),
            ("<!-- ", "in the middle"),
            ("<html><body><br></body></html>", "do not match"),
        ] {
            let error = all(xml).unwrap_err();
            assert!(error.0.contains(why), "{}: {}", &xml[..xml.len().min(40)], error.0);
        }
        assert!(Reader::new(b"\xff").is_err());
    }
}
