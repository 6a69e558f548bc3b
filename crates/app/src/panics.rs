//! Panics as errors: a defect ends the piece of work in which it shows itself, and is said in words.

use crate::{AppError, Result};
use futures::FutureExt;
use std::any::Any;
use std::panic::AssertUnwindSafe;

/// Letters of a panic's words that are told. It may say all that it was handed; the beginning tells which one it is.
const MOST_LETTERS: usize = 200;

/// The same work; a panic is its error. Not a task of its own: whoever gives the work up ends it.
pub(crate) async fn caught<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let ended = AssertUnwindSafe(work).catch_unwind().await;
    ended.unwrap_or_else(|panic| Err(AppError::panicked(&*panic)))
}

impl AppError {
    /// A defect that showed itself as a panic, with what the panic said.
    pub(crate) fn panicked(panic: &(dyn Any + Send)) -> Self {
        let words = panic.downcast_ref::<&str>().copied();
        let words = words.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        let words = words.unwrap_or("no word").chars().take(MOST_LETTERS);
        let words: String = words.map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
        Self::internal(format!("the work stopped at a defect of this program: {words}"))
            .advise("What was published before stands. If it happens again, report it with this message.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_said_in_words_that_fit_on_a_line() {
        let work = async {
            assert!(std::env::args().count() == 0, "one\nline of {}", "x".repeat(1000));
            Ok(())
        };
        let error = caught(work).await.unwrap_err();
        assert!(error.message.contains("defect of this program: one line of xxx"), "{error}");
        assert!(error.message.len() < 300, "{error}");
        assert_eq!(caught(async { Ok(1) }).await, Ok(1));
    }
}
