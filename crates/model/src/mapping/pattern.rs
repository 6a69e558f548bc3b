//! Regular expressions in rules. Whoever writes them is a stranger: their programs are bounded in size, and looking for
//! them takes time in proportion to the text, never more.

use crate::limits::{LONGEST_PATTERN, PATTERN_BYTES};
use regex::{Regex, RegexBuilder};

/// The program of an expression, or why there is none.
pub(super) fn compiled(text: &str) -> Result<Regex, String> {
    if text.len() > LONGEST_PATTERN {
        return Err(format!("it has {} bytes; {LONGEST_PATTERN} are the most", text.len()));
    }
    let built = RegexBuilder::new(text).size_limit(PATTERN_BYTES).dfa_size_limit(PATTERN_BYTES).build();
    built.map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
        // The text with a mark under it, over several lines, and what is wrong on the last.
        error => error.to_string().lines().last().unwrap_or_default().trim().to_owned(),
    })
}
