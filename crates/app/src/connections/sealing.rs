//! Secrets at rest: XChaCha20-Poly1305 with a key that lies in a file beside the database, never in it, so that
//! a copy of the database gives nothing away. Each secret is bound to its connection: it opens nowhere else.
//!
//! While the key is being changed there are two: the next one lies beside the one in use, and every secret opens with
//! one of them. A lock keeps whoever seals or opens apart from whoever changes the key; the system lets go of it when
//! a process ends, however it does.

use crate::{AppError, ErrorKind, Result};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use connect::Secret;
use meta::Meta;
use rand::Rng;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind as Io, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The key in use.
pub(super) const FILE: &str = "secret.key";
/// The key that is about to be used.
pub(super) const NEXT: &str = "secret.key.next";
const LOCK: &str = "secret.lock";
const NONCE: usize = 24;
/// What others may do with a file.
const OTHERS: u32 = 0o077;

type Key = [u8; 32];

pub(crate) struct Sealer {
    current: XChaCha20Poly1305,
    next: Option<XChaCha20Poly1305>,
    /// Held for as long as what is sealed or opened is on its way to or from the database.
    _lock: File,
}

impl Sealer {
    /// The data folder's key, made at first use: where no secret is kept yet.
    pub(super) async fn open(meta: &Meta, data_dir: &Path) -> Result<Self> {
        let lock = locked(data_dir, false).await?;
        if key(data_dir, FILE)?.is_none() {
            if !meta.sealed_secrets().await?.is_empty() || !meta.sealed_targets().await?.is_empty() {
                return Err(missing(data_dir));
            }
            create(data_dir, FILE).map_err(|error| failed(&data_dir.join(FILE), &error))?;
        }
        Self::with(data_dir, lock)
    }

    /// The keys that are there, under a lock that is held already.
    pub(super) fn with(data_dir: &Path, lock: File) -> Result<Self> {
        let cipher = |key: Key| XChaCha20Poly1305::new(&key.into());
        let current = key(data_dir, FILE)?.ok_or_else(|| missing(data_dir))?;
        Ok(Self { current: cipher(current), next: key(data_dir, NEXT)?.map(cipher), _lock: lock })
    }

    pub(crate) fn seal(&self, owner: &str, secret: &str) -> Result<Vec<u8>> {
        sealed(&self.current, owner, secret)
    }

    /// The same with the key that is about to be used.
    pub(super) fn seal_with_next(&self, owner: &str, secret: &str) -> Result<Vec<u8>> {
        let next = self.next.as_ref().ok_or_else(|| AppError::internal("there is no next key"))?;
        sealed(next, owner, secret)
    }

    pub(crate) fn unseal(&self, owner: &str, sealed: &[u8]) -> Result<Secret> {
        let wrong = || {
            AppError::invalid("the kept secret cannot be decrypted with the key of this data folder")
                .advise("Restore secret.key from your backup, or enter the secret again.")
        };
        let (nonce, sealed) = sealed.split_at_checked(NONCE).ok_or_else(wrong)?;
        let open = |key: &XChaCha20Poly1305| {
            let payload = Payload { msg: sealed, aad: owner.as_bytes() };
            key.decrypt(XNonce::from_slice(nonce), payload).ok()
        };
        let plain = open(&self.current).or_else(|| self.next.as_ref().and_then(open)).ok_or_else(wrong)?;
        Ok(Secret::new(String::from_utf8(plain).map_err(|_| wrong())?))
    }
}

fn sealed(key: &XChaCha20Poly1305, owner: &str, secret: &str) -> Result<Vec<u8>> {
    let nonce: [u8; NONCE] = rand::rng().random();
    let payload = Payload { msg: secret.as_bytes(), aad: owner.as_bytes() };
    let sealed = key.encrypt(XNonce::from_slice(&nonce), payload);
    let sealed = sealed.map_err(|_| AppError::internal("a secret could not be encrypted"))?;
    Ok([nonce.as_slice(), &sealed].concat())
}

/// Waits for whoever changes the key (`alone`: for everybody), which takes moments.
pub(super) async fn locked(data_dir: &Path, alone: bool) -> Result<File> {
    let path = data_dir.join(LOCK);
    let shown = path.clone();
    let lock = move || {
        let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path)?;
        let locked = if alone { file.lock() } else { file.lock_shared() };
        locked?;
        Ok(file)
    };
    let locked = tokio::task::spawn_blocking(lock).await;
    let locked = locked.unwrap_or_else(|error| Err(io::Error::other(error)));
    locked.map_err(|error| failed(&shown, &error))
}

/// A key, if it is there.
///
/// # Errors
/// `Denied`: others may read it, and so may have it. `Unavailable`: it cannot be read, or is none.
pub(super) fn key(data_dir: &Path, name: &str) -> Result<Option<Key>> {
    let path = data_dir.join(name);
    let mut file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == Io::NotFound => return Ok(None),
        Err(error) => return Err(failed(&path, &error)),
    };
    let metadata = file.metadata().map_err(|error| failed(&path, &error))?;
    if metadata.mode() & OTHERS != 0 {
        let shown = path.display();
        return Err(AppError::new(ErrorKind::Denied, "other users of this machine may read the key of kept secrets")
            .in_file(shown.to_string())
            .advise(format!("Run: chmod 600 {shown}. If somebody may have read it, change it then: cloud-analyzer keys rotate, and renew the access keys at their providers.")));
    }
    let mut key = [0; 32];
    file.read_exact(&mut key).map_err(|error| failed(&path, &error))?;
    Ok(Some(key))
}

fn missing(data_dir: &Path) -> AppError {
    AppError::new(ErrorKind::Unavailable, "secrets are kept, but their key is missing")
        .in_file(data_dir.join(FILE).display().to_string())
        .advise("Restore the file from your backup of the data folder. If it is lost, the secrets are, too: 'cloud-analyzer keys forget' removes them; then enter the secret of each connection again.")
}

fn failed(path: &Path, error: &io::Error) -> AppError {
    AppError::new(ErrorKind::Unavailable, format!("the key of kept secrets cannot be used: {error}"))
        .in_file(path.display().to_string())
        .advise("Restore the file from your backup of the data folder, or enter the secrets of all connections again.")
}

/// Writes a new key beside its place and links it in, so that nobody ever reads half of one and two that start at
/// once agree. A key that is there stays.
pub(super) fn create(data_dir: &Path, name: &str) -> io::Result<()> {
    let key: Key = rand::rng().random();
    let fresh = data_dir.join(format!("{FILE}.{:016x}", rand::rng().random::<u64>()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh)?;
    file.write_all(&key)?;
    file.sync_all()?;
    let linked = std::fs::hard_link(&fresh, data_dir.join(name));
    std::fs::remove_file(&fresh)?;
    match linked {
        Err(error) if error.kind() != Io::AlreadyExists => Err(error),
        _ => sync(data_dir),
    }
}

/// Puts the next key in the place of the one in use.
pub(super) fn take_over(data_dir: &Path) -> io::Result<()> {
    std::fs::rename(data_dir.join(NEXT), data_dir.join(FILE))?;
    sync(data_dir)
}

/// What a process left that was killed while it wrote a key.
pub(super) fn leftovers(data_dir: &Path) -> Vec<PathBuf> {
    let entries = data_dir.read_dir().into_iter().flatten().flatten();
    let names = entries.filter(|entry| {
        let name = entry.file_name();
        name.to_str()
            .and_then(|name| name.strip_prefix("secret.key."))
            .is_some_and(|rest| rest.len() == 16 && rest.bytes().all(|byte| byte.is_ascii_hexdigit()))
    });
    names.map(|entry| entry.path()).collect()
}

/// Names are on the disk when their folder is.
fn sync(data_dir: &Path) -> io::Result<()> {
    File::open(data_dir)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;
    use tempfile::TempDir;

    async fn store() -> (TempDir, Meta) {
        let folder = tempfile::tempdir().unwrap();
        let meta = Meta::open(&folder.path().join("meta.sqlite")).await.unwrap();
        (folder, meta)
    }

    #[tokio::test]
    async fn a_secret_opens_with_its_key_for_its_owner_alone() {
        let (folder, meta) = store().await;
        let sealed = Sealer::open(&meta, folder.path()).await.unwrap().seal("c-1", "hush").unwrap();
        assert!(!sealed.windows(4).any(|part| part == b"hush"));
        let again = Sealer::open(&meta, folder.path()).await.unwrap();
        assert_eq!(again.unseal("c-1", &sealed).unwrap().reveal(), "hush");
        assert!(again.unseal("c-2", &sealed).is_err());
        assert!(again.unseal("c-1", &sealed[..10]).is_err());
        let (other, meta) = store().await;
        assert!(Sealer::open(&meta, other.path()).await.unwrap().unseal("c-1", &sealed).is_err());
    }

    #[tokio::test]
    async fn nobody_else_may_read_the_key() {
        let (folder, meta) = store().await;
        drop(Sealer::open(&meta, folder.path()).await.unwrap());
        assert!(leftovers(folder.path()).is_empty());
        let path = folder.path().join(FILE);
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        let error = Sealer::open(&meta, folder.path()).await.err().unwrap();
        assert!(error.advice.unwrap().contains("chmod 600"));
    }

    #[tokio::test]
    async fn a_damaged_key_is_no_new_key() {
        let (folder, meta) = store().await;
        let path = folder.path().join(FILE);
        std::fs::write(&path, "short").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        let error = Sealer::open(&meta, folder.path()).await.err().unwrap();
        assert!(error.advice.unwrap().contains("backup"));
    }
}
