//! Patterns of the data files: `*` is any run of characters, also an empty one, `|` separates alternatives, everything
//! else is itself; the whole text must match and case matters. Enough for usage types, and no regular expression engine.

/// Whether one of the alternatives of `pattern` matches the whole of `text`.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    pattern == "*" || pattern.split('|').any(|one| matches_one(one.as_bytes(), text.as_bytes()))
}

/// Greedy matching that goes back to the last star only: linear in practice, quadratic at worst.
fn matches_one(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut resume = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                resume = Some((p + 1, t));
                p += 1;
            }
            Some(byte) if *byte == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match resume {
                Some((after_star, from)) => {
                    resume = Some((after_star, from + 1));
                    p = after_star;
                    t = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_stand_for_any_run() {
        for (pattern, text) in [
            ("*", ""),
            ("", ""),
            ("a*", "a"),
            ("*a", "bba"),
            ("a*b*c", "axxbyybzc"),
            ("*AWS-Out-*Bytes*", "APN1-AWS-Out-Bytes"),
            ("*aab", "aaaab"),
            ("x|Box*|y", "BoxUsage:m5.large"),
        ] {
            assert!(matches(pattern, text), "{pattern} should match {text}");
        }
    }

    #[test]
    fn the_whole_text_must_match() {
        for (pattern, text) in [
            ("", "a"),
            ("a", "ab"),
            ("a*", "ba"),
            ("*a", "ab"),
            ("a*b*c", "acb"),
            ("box*", "BoxUsage"),
            ("x|y", "x|y"),
        ] {
            assert!(!matches(pattern, text), "{pattern} should not match {text}");
        }
    }
}
