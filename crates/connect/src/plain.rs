//! Words of strangers (keys, error messages), made fit to be shown: on one line, short, without characters that do
//! something to a terminal, a log or the direction of text.

/// The text on one line of `most` characters at most.
pub(crate) fn plain(text: &str, most: usize) -> String {
    let mut out: String =
        text.chars().take(most).map(|other| if unfit(other) { '\u{fffd}' } else { other }).collect();
    if text.chars().nth(most).is_some() {
        out.push('…');
    }
    out
}

/// Whether a character does something else than being read.
pub(crate) fn unfit(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}'..='\u{200f}' | '\u{feff}')
}

/// A text as one argument of a shell.
pub(crate) fn quoted(text: &str) -> String {
    format!("'{}'", plain(text, crate::limits::KEY_BYTES).replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_strangers_stay_words() {
        assert_eq!(plain("a\u{1b}[31mb\r\nc\u{202e}d", 50), "a\u{fffd}[31mb\u{fffd}\u{fffd}c\u{fffd}d");
        assert_eq!(plain("abcdef", 3), "abc…");
        assert_eq!(plain("abc", 3), "abc");
        assert_eq!(quoted("a'; rm -rf /; '"), r"'a'\''; rm -rf /; '\'''");
    }
}
