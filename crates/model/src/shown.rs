//! Text of strangers on its way to people: a terminal, a log, a mail. Names come from bills, answers from foreign
//! servers; either may hold what moves a cursor, begins a line of its own, or turns the reading direction around.
//! Every door to a screen passes text through here. JSON needs it for terminals only: it escapes by itself.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Characters of a value in a line of a log or of a message; what is longer says how much is missing.
pub const LONGEST: usize = 4_000;

/// A text as part of one line: whatever is not a visible character or a blank is written as its escape.
///
/// ```
/// assert_eq!(model::shown::line("a\nb\u{1b}[31m"), "a\\nb\\u{1b}[31m");
/// ```
pub fn line(text: &str) -> Cow<'_, str> {
    escaped(text, is_harmful)
}

/// A text of several lines: line breaks and tabs stay.
pub fn lines(text: &str) -> Cow<'_, str> {
    escaped(text, |letter| letter != '\n' && letter != '\t' && is_harmful(letter))
}

/// A text as part of one line, of bounded length.
pub fn short(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        None => line(text),
        Some((end, _)) => {
            let missing = text.len() - end;
            Cow::Owned(format!("{}… ({missing} bytes more)", line(&text[..end])))
        }
    }
}

/// JSON for a terminal: the same value, with what could do harm there written as JSON's own escapes.
pub fn json(text: &str) -> Cow<'_, str> {
    let harmful = |letter: char| letter != '\n' && letter != '\t' && is_harmful(letter);
    if !text.chars().any(harmful) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        if harmful(letter) {
            for unit in letter.encode_utf16(&mut [0; 2]) {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(letter);
        }
    }
    Cow::Owned(out)
}

/// Control characters, breaks of lines and paragraphs, marks that turn the reading direction around, and letters that
/// nobody sees. Joiners stay: scripts and emoji need them.
fn is_harmful(letter: char) -> bool {
    match letter {
        ' '..='~' => false,
        // Breaks of lines and paragraphs; turns of direction; letters that nobody sees; tags.
        '\u{2028}'
        | '\u{2029}'
        | '\u{061c}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{206f}'
        | '\u{200b}'
        | '\u{2060}'..='\u{2064}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' => true,
        letter => letter.is_control(),
    }
}

fn escaped(text: &str, harmful: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.chars().any(&harmful) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        if harmful(letter) {
            out.extend(letter.escape_default());
        } else {
            out.push(letter);
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_people_write_stays() {
        for text in ["", "EC2 – Größe 大阪 عربي 👩‍🚀 \\n", "a  b"] {
            assert!(matches!(line(text), Cow::Borrowed(same) if same == text), "{text}");
        }
        assert_eq!(lines("a\n\tb\r\n"), "a\n\tb\\r\n");
        assert_eq!(short("äbcdef", 3), "äbc… (3 bytes more)");
        assert_eq!(short("abc", 3), "abc");
    }

    #[test]
    fn what_acts_is_written_out() {
        for (text, shown) in [
            ("\u{1b}]0;owned\u{7}", "\\u{1b}]0;owned\\u{7}"),
            ("a\r\n2026-11-01 ERROR forged", "a\\r\\n2026-11-01 ERROR forged"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("evil\u{202e}txt.exe", "evil\\u{202e}txt.exe"),
            ("a\u{2028}b\u{85}c", "a\\u{2028}b\\u{85}c"),
            ("\u{200b}\u{e0041}", "\\u{200b}\\u{e0041}"),
        ] {
            assert_eq!(line(text), shown);
        }
    }

    proptest! {
        #[test]
        fn a_line_is_one_line_of_visible_letters(text in "(?s).{0,60}") {
            let shown = line(&text);
            prop_assert!(!shown.chars().any(is_harmful), "{shown:?}");
            prop_assert_eq!(shown.lines().count(), usize::from(!shown.is_empty()));
            prop_assert_eq!(line(&shown), shown.clone());
        }
    }
}
