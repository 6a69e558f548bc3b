//! Passwords: argon2id with the parameters that OWASP's Password Storage Cheat Sheet gives first (19 MiB of memory,
//! two passes, one lane). They stand in each stored hash, so that they can be raised later.
//!
//! Hashing is work that anybody may ask for before signing in. It has threads and a short queue of its own, so that
//! hundreds who sign in at once take neither the server's memory nor its processors; who finds the queue full is told
//! to come again.

use super::secret::random_bytes;
use crate::limits::{PASSWORD_PATIENCE, PASSWORD_RETRY_S, PASSWORDS_AT_ONCE, PASSWORDS_WAITING};
use crate::{AppError, ErrorKind, Result};
use argon2::password_hash::{Output, ParamsString, PasswordHash, Salt, SaltString};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Letters that a password has at least. Long beats odd: no rules about digits and signs (NIST SP 800-63B).
pub(crate) const SHORTEST: usize = 12;
const LONGEST: usize = 256;

/// A thread keeps its memory this long without work.
const KEPT: Duration = Duration::from_secs(30);

/// What argon2id fills. Each thread has its own and uses it again: allocated anew for each password, pieces of that
/// size leave holes behind which the process never gives back.
type Memory = Vec<Block>;
type Work = Box<dyn FnOnce(&mut Memory) + Send>;

/// Hashes and compares, a few at a time. Its threads start with the first password, and end with it.
#[derive(Debug, Default)]
pub(crate) struct Passwords {
    queue: OnceLock<SyncSender<Work>>,
    /// Compared with when there is no account, so that its absence takes as long to find out.
    nobody: OnceLock<String>,
}

impl Passwords {
    /// The hash to store.
    pub(crate) async fn hash(&self, password: &str) -> Result<String> {
        let password = password.to_owned();
        self.alone(move |memory| hash(&password, memory)).await?
    }

    /// Whether the password is the one of that hash; without a hash never, and as slowly.
    pub(crate) async fn verify(&self, stored: Option<&str>, password: &str) -> Result<bool> {
        let known = stored.is_some();
        let stored = match (stored, self.nobody.get()) {
            (Some(stored), _) => stored.to_owned(),
            (None, Some(nobody)) => nobody.clone(),
            (None, None) => {
                let made = self.hash("nobody has this password").await?;
                self.nobody.get_or_init(|| made).clone()
            }
        };
        // Hashing the text of a book is work that only an attacker asks for.
        let password = if password.len() > LONGEST * 4 { String::new() } else { password.to_owned() };
        let equal = self.alone(move |memory| verify(&stored, &password, memory)).await??;
        Ok(known && equal)
    }

    async fn alone<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Memory) -> T + Send + 'static,
    ) -> Result<T> {
        let (asked, (done, result)) = (Instant::now(), oneshot::channel());
        let turn = move |memory: &mut Memory| {
            // Who has gone away gets no work done, and makes room for who has not.
            if done.is_closed() {
                return;
            }
            let late = asked.elapsed() > PASSWORD_PATIENCE;
            // Nobody listens any more: there is nothing to tell.
            let _ = done.send(if late { Err(busy()) } else { Ok(work(memory)) });
        };
        self.queue()?.try_send(Box::new(turn)).map_err(|_| busy())?;
        result.await.map_err(|error| AppError::internal(format!("hashing stopped: {error}")))?
    }

    fn queue(&self) -> Result<&SyncSender<Work>> {
        if let Some(queue) = self.queue.get() {
            return Ok(queue);
        }
        let (queue, works) = sync_channel(PASSWORDS_WAITING);
        let works = Arc::new(Mutex::new(works));
        for _ in 0..PASSWORDS_AT_ONCE {
            let works = Arc::clone(&works);
            std::thread::Builder::new()
                .name("passwords".to_owned())
                .spawn(move || take_turns(&works))
                .map_err(|error| AppError::internal(format!("no thread for passwords: {error}")))?;
        }
        // Whoever comes second at the same time drops theirs, whose threads end.
        Ok(self.queue.get_or_init(|| queue))
    }
}

fn take_turns(works: &Mutex<Receiver<Work>>) {
    let mut memory = Memory::new();
    loop {
        let work = works.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(KEPT);
        match work {
            // A defect in one must not take the thread from all others; who waits for it is told.
            Ok(work) => drop(catch_unwind(AssertUnwindSafe(|| work(&mut memory)))),
            Err(RecvTimeoutError::Timeout) => memory = Memory::new(),
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

fn busy() -> AppError {
    let mut error = AppError::new(ErrorKind::TooMany, "too many people sign in at this moment")
        .advise("Try again in a few seconds.");
    error.retry_after_s = Some(PASSWORD_RETRY_S);
    error
}

/// Refuses passwords that are too easy to guess.
pub(crate) fn check(password: &str, about: &[&str]) -> Result<()> {
    let letters = password.chars().count();
    if letters < SHORTEST {
        return Err(AppError::invalid(format!(
            "the password has {letters} letters; at least {SHORTEST} are needed"
        ))
        .advise("Take a few words that do not belong together."));
    }
    if letters > LONGEST {
        return Err(AppError::invalid(format!("the password has more than {LONGEST} letters"))
            .advise("Take a shorter one."));
    }
    let lower = password.to_lowercase();
    let kinds: std::collections::BTreeSet<char> = lower.chars().collect();
    let own =
        about.iter().map(|text| text.trim().to_lowercase()).any(|text| !text.is_empty() && lower == text);
    if kinds.len() < 5 || own {
        return Err(AppError::invalid("the password is easy to guess")
            .advise("Take a few words that do not belong together, and not your name or address."));
    }
    Ok(())
}

fn hash(password: &str, memory: &mut Memory) -> Result<String> {
    let failed = |error| AppError::internal(format!("the password cannot be hashed: {error}"));
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None)
        .map_err(|error| AppError::internal(format!("argon2 parameters: {error}")))?;
    let salt = SaltString::encode_b64(&random_bytes::<16>()?).map_err(failed)?;
    let (algorithm, version) = (Algorithm::Argon2id, Version::V0x13);
    let length = Params::DEFAULT_OUTPUT_LEN;
    let filled = PasswordHash {
        algorithm: algorithm.ident(),
        version: Some(version.into()),
        params: ParamsString::try_from(&params).map_err(failed)?,
        salt: Some(salt.as_salt()),
        hash: Some(
            fill(&Argon2::new(algorithm, version, params), password, salt.as_salt(), length, memory)
                .map_err(failed)?,
        ),
    };
    Ok(filled.to_string())
}

/// The parameters of the stored hash decide; the comparison takes the same time wherever the texts differ.
fn verify(stored: &str, password: &str, memory: &mut Memory) -> Result<bool> {
    let unreadable = |error: &dyn std::fmt::Display| {
        AppError::internal(format!("a stored password hash cannot be read: {error}"))
    };
    let parsed = PasswordHash::new(stored).map_err(|error| unreadable(&error))?;
    let (Some(salt), Some(expected)) = (parsed.salt, parsed.hash) else {
        return Err(unreadable(&"it has no salt or no hash"));
    };
    let algorithm = Algorithm::try_from(parsed.algorithm).map_err(|error| unreadable(&error))?;
    let version = parsed.version.map_or(Ok(Version::default()), Version::try_from);
    let version = version.map_err(|error| unreadable(&error))?;
    let params = Params::try_from(&parsed).map_err(|error| unreadable(&error))?;
    let argon2 = Argon2::new(algorithm, version, params);
    let output = fill(&argon2, password, salt, expected.len(), memory);
    Ok(output.map_err(|error| unreadable(&error))? == expected)
}

fn fill(
    argon2: &Argon2<'_>,
    password: &str,
    salt: Salt<'_>,
    length: usize,
    memory: &mut Memory,
) -> argon2::password_hash::Result<Output> {
    let mut bytes = [0; Salt::RECOMMENDED_LENGTH * 4];
    let salt = salt.decode_b64(&mut bytes)?;
    memory.resize(argon2.params().block_count(), Block::default());
    Output::init_with(length, |output| {
        Ok(argon2.hash_password_into_with_memory(password.as_bytes(), salt, output, memory.as_mut_slice())?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use argon2::PasswordVerifier;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[tokio::test]
    async fn hashes_are_argon2id_and_salted() {
        let passwords = Passwords::default();
        let one = passwords.hash("correct horse battery").await.unwrap();
        let two = passwords.hash("correct horse battery").await.unwrap();
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        assert_ne!(one, two);
        // As the library itself does it, which takes fresh memory each time.
        for hash in [&one, &two] {
            let parsed = PasswordHash::new(hash).unwrap();
            Argon2::default().verify_password(b"correct horse battery", &parsed).unwrap();
        }
        assert!(passwords.verify(Some(&one), "correct horse battery").await.unwrap());
        for wrong in ["", "correct horse batterY", "correct horse battery "] {
            assert!(!passwords.verify(Some(&one), wrong).await.unwrap(), "{wrong}");
        }
        assert!(!passwords.verify(Some(&one), &"x".repeat(100_000)).await.unwrap());
    }

    #[tokio::test]
    async fn without_an_account_nothing_is_right_and_it_takes_as_long() {
        let passwords = Passwords::default();
        assert!(!passwords.verify(None, "nobody has this password").await.unwrap());
        let stored = passwords.hash("correct horse battery").await.unwrap();
        let mut fastest = [std::time::Duration::MAX; 2];
        for _ in 0..3 {
            for (at, hash) in [Some(stored.as_str()), None].into_iter().enumerate() {
                let started = std::time::Instant::now();
                assert!(!passwords.verify(hash, "wrong").await.unwrap());
                fastest[at] = fastest[at].min(started.elapsed());
            }
        }
        assert!(fastest[1] * 3 > fastest[0] && fastest[0] * 3 > fastest[1], "{fastest:?}");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn who_finds_the_queue_full_is_told_to_come_again_and_the_queue_goes_on() {
        let passwords = Arc::new(Passwords::default());
        let (open, gate) = std::sync::mpsc::channel::<()>();
        let (gate, begun) = (Arc::new(Mutex::new(gate)), Arc::new(AtomicUsize::new(0)));
        let wait = |passwords: &Arc<Passwords>| {
            let (passwords, gate, begun) = (Arc::clone(passwords), Arc::clone(&gate), Arc::clone(&begun));
            tokio::spawn(async move {
                let held = move |_: &mut Memory| {
                    begun.fetch_add(1, Ordering::SeqCst);
                    gate.lock().map(|gate| gate.recv().is_ok()).is_ok()
                };
                passwords.alone(held).await
            })
        };
        let mut all: Vec<_> = (0..PASSWORDS_AT_ONCE).map(|_| wait(&passwords)).collect();
        for _ in 0..500 {
            if begun.load(Ordering::SeqCst) == PASSWORDS_AT_ONCE {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        all.extend((0..PASSWORDS_WAITING + 10).map(|_| wait(&passwords)));
        let mut refused = 0;
        for _ in 0..500 {
            tokio::time::sleep(Duration::from_millis(10)).await;
            refused = all.iter().filter(|one| one.is_finished()).count();
            if refused == 10 {
                break;
            }
        }
        assert_eq!(refused, 10);
        let error = passwords.hash("correct horse battery").await.unwrap_err();
        assert_eq!((error.kind, error.retry_after_s), (ErrorKind::TooMany, Some(PASSWORD_RETRY_S)));
        drop(open);
        let mut done = 0;
        for one in all {
            done += usize::from(one.await.unwrap().is_ok());
        }
        assert_eq!(done, PASSWORDS_AT_ONCE + PASSWORDS_WAITING);
        passwords.hash("correct horse battery").await.unwrap();
    }

    #[tokio::test]
    async fn a_defect_is_one_person_s_and_no_threads_are_lost() {
        let passwords = Passwords::default();
        for _ in 0..PASSWORDS_AT_ONCE + 1 {
            let error = passwords.alone(|_| panic!("a defect")).await.map(|(): ()| ()).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Internal);
        }
        assert!(passwords.alone(|_| true).await.unwrap());
    }

    #[test]
    fn easy_ones_are_refused() {
        for password in ["", "short", "elevenchars", "aaaaaaaaaaaaaaaa", "ada@example.com", "ADA@example.com"]
        {
            assert!(check(password, &["ada@example.com", ""]).is_err(), "{password}");
        }
        assert!(check(&"ab cd ef ".repeat(40), &[]).is_err());
        check("correct horse battery", &["ada@example.com"]).unwrap();
        check("größere Äpfel", &[]).unwrap();
    }
}
