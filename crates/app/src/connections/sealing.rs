//! Secrets at rest: XChaCha20-Poly1305 with a key that lies in a file beside the database, never in it, so that
//! a copy of the database gives nothing away. Each secret is bound to its connection: it opens nowhere else.

use crate::{AppError, ErrorKind, Result};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use connect::Secret;
use rand::Rng;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind as Io, Read, Write};
use std::path::Path;

const FILE: &str = "secret.key";
const NONCE: usize = 24;

pub(super) struct Sealer(XChaCha20Poly1305);

impl Sealer {
    /// The data folder's key, made at first use.
    pub(super) fn open(data_dir: &Path) -> Result<Self> {
        let path = data_dir.join(FILE);
        let failed = |error: std::io::Error| {
            AppError::new(ErrorKind::Unavailable, format!("the key of kept secrets cannot be used: {error}"))
                .in_file(path.display().to_string())
                .advise("Restore the file from your backup of the data folder, or enter the secrets of all connections again.")
        };
        let key = match File::open(&path) {
            Ok(file) => read(file).map_err(failed)?,
            Err(error) if error.kind() == Io::NotFound => create(data_dir, &path).map_err(failed)?,
            Err(error) => return Err(failed(error)),
        };
        Ok(Self(XChaCha20Poly1305::new(&key.into())))
    }

    pub(super) fn seal(&self, owner: &str, secret: &str) -> Result<Vec<u8>> {
        let nonce: [u8; NONCE] = rand::rng().random();
        let payload = Payload { msg: secret.as_bytes(), aad: owner.as_bytes() };
        let sealed = self.0.encrypt(XNonce::from_slice(&nonce), payload);
        let sealed = sealed.map_err(|_| AppError::internal("a secret could not be encrypted"))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    pub(super) fn unseal(&self, owner: &str, sealed: &[u8]) -> Result<Secret> {
        let wrong = || {
            AppError::invalid("the kept secret cannot be decrypted with the key of this data folder")
                .advise("Restore secret.key from your backup, or enter the secret again.")
        };
        let (nonce, sealed) = sealed.split_at_checked(NONCE).ok_or_else(wrong)?;
        let payload = Payload { msg: sealed, aad: owner.as_bytes() };
        let plain = self.0.decrypt(XNonce::from_slice(nonce), payload).map_err(|_| wrong())?;
        Ok(Secret::new(String::from_utf8(plain).map_err(|_| wrong())?))
    }
}

fn read(mut file: File) -> std::io::Result<[u8; 32]> {
    let mut key = [0; 32];
    file.read_exact(&mut key)?;
    Ok(key)
}

/// Writes a new key beside its place and links it in, so that no other process ever reads half of one and two
/// that start at once agree.
fn create(data_dir: &Path, path: &Path) -> std::io::Result<[u8; 32]> {
    let key: [u8; 32] = rand::rng().random();
    let fresh = data_dir.join(format!("{FILE}.{:016x}", rand::rng().random::<u64>()));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&fresh)?;
    file.write_all(&key)?;
    file.sync_all()?;
    let linked = std::fs::hard_link(&fresh, path);
    std::fs::remove_file(&fresh)?;
    match linked {
        Ok(()) => Ok(key),
        Err(error) if error.kind() == Io::AlreadyExists => read(File::open(path)?),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_opens_with_its_key_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let sealed = Sealer::open(folder.path()).unwrap().seal("c-1", "hush").unwrap();
        assert!(!sealed.windows(4).any(|part| part == b"hush"));
        let again = Sealer::open(folder.path()).unwrap();
        assert_eq!(again.unseal("c-1", &sealed).unwrap().reveal(), "hush");
        assert!(again.unseal("c-2", &sealed).is_err());
        assert!(again.unseal("c-1", &sealed[..10]).is_err());
        let other = tempfile::tempdir().unwrap();
        assert!(Sealer::open(other.path()).unwrap().unseal("c-1", &sealed).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_the_key() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        Sealer::open(folder.path()).unwrap();
        let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap()).collect();
        assert_eq!(files.len(), 1);
        assert_eq!(files[0].metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_damaged_key_is_no_new_key() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), "short").unwrap();
        let error = Sealer::open(folder.path()).err().unwrap();
        assert!(error.advice.unwrap().contains("backup"));
    }
}
