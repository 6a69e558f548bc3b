//! The key of kept secrets: looked at when a server starts, and changed.

use super::sealing::{self, FILE, NEXT, Sealer};
use crate::identity::of_everybody;
use crate::{App, AppError, ErrorKind, Result, notifications};
use model::{ChannelId, ConnectionId};
use std::fs::File;

/// How it stands about the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyState {
    /// Secrets that are kept.
    pub secrets: usize,
    /// Whether there is a key; without secrets there need be none.
    pub there: bool,
    /// Whether a change of the key was begun and not ended. Nothing is lost then.
    pub half_changed: bool,
}

/// Looks at the key, and opens every secret with it.
///
/// # Errors
/// `Denied`: others may read it. `Unavailable`: it is missing beside kept secrets, or damaged. `Invalid`: a secret does
/// not open with it.
pub async fn check(app: &App) -> Result<KeyState> {
    let folder = app.data_dir();
    let (there, half_changed) =
        (sealing::key(folder, FILE)?.is_some(), sealing::key(folder, NEXT)?.is_some());
    let kept = app.meta().sealed_secrets().await?.len() + app.meta().sealed_targets().await?.len();
    if kept > 0 {
        let sealer = Sealer::with(folder, sealing::locked(folder, false).await?)?;
        // Again, now that nobody changes the key.
        for (id, sealed) in app.meta().sealed_secrets().await? {
            opened(&sealer, &id, &sealed)?;
        }
        for (id, sealed) in app.meta().sealed_targets().await? {
            opened_target(&sealer, &id, &sealed)?;
        }
    }
    Ok(KeyState { secrets: kept, there, half_changed })
}

/// Makes a new key and seals every secret with it. It may be stopped at any moment: each secret opens with the key in
/// use or with the next one, and the next call goes on from there. Gives the number of secrets.
///
/// # Errors
/// As [`check`]; nothing is changed then.
pub async fn rotate(app: &App) -> Result<usize> {
    let folder = app.data_dir().to_owned();
    let lock = sealing::locked(&folder, true).await?;
    for left in sealing::leftovers(&folder) {
        std::fs::remove_file(&left).map_err(|error| disk(&error))?;
    }
    if sealing::key(&folder, FILE)?.is_none()
        && app.meta().sealed_secrets().await?.is_empty()
        && app.meta().sealed_targets().await?.is_empty()
    {
        // Nothing was ever sealed: the first secret makes the first key.
        return Ok(0);
    }
    // Both are read before anything is made, so that what is wrong with them is said first.
    Sealer::with(&folder, lock.try_clone().map_err(|error| disk(&error))?)?;
    sealing::create(&folder, NEXT).map_err(|error| disk(&error))?;
    let sealer = Sealer::with(&folder, lock)?;
    let count = reseal(app, &sealer).await?;
    sealing::take_over(&folder).map_err(|error| disk(&error))?;
    Ok(count)
}

/// Seals every secret with the next key: those of connections in one step, then those of channels. Between the two, each
/// opens with one of both keys.
async fn reseal(app: &App, sealer: &Sealer) -> Result<usize> {
    let mut resealed = vec![];
    for (id, sealed) in app.meta().sealed_secrets().await? {
        let secret = opened(sealer, &id, &sealed)?;
        resealed.push((id.clone(), sealer.seal_with_next(id.as_str(), secret.reveal())?));
    }
    let entries = of_everybody(app, "secrets.key_changed").await?;
    app.meta().replace_sealed_secrets(&resealed, &entries).await?;
    let mut targets = vec![];
    for (id, sealed) in app.meta().sealed_targets().await? {
        let target = opened_target(sealer, &id, &sealed)?;
        let owner = notifications::sealed_for(&id);
        targets.push((id, sealer.seal_with_next(&owner, target.reveal())?));
    }
    app.meta().replace_sealed_targets(&targets).await?;
    Ok(resealed.len() + targets.len())
}

/// The files of the key, which nobody changes until this is dropped.
pub(crate) struct KeyFiles {
    /// Their names in the data folder: none, or the key, and the next one while it is being changed.
    pub(crate) names: Vec<&'static str>,
    _lock: File,
}

/// Waits for whoever changes the key, and keeps others from it.
pub(crate) async fn files(app: &App) -> Result<KeyFiles> {
    let lock = sealing::locked(app.data_dir(), false).await?;
    let names = [FILE, NEXT].into_iter().filter(|name| app.data_dir().join(name).exists()).collect();
    Ok(KeyFiles { names, _lock: lock })
}

/// Removes every kept secret, for whose key is lost. Gives the number of secrets.
pub async fn forget(app: &App) -> Result<u64> {
    let _lock = sealing::locked(app.data_dir(), true).await?;
    let entries = of_everybody(app, "secrets.forgotten").await?;
    Ok(app.meta().forget_sealed_secrets(&entries).await?)
}

fn opened(sealer: &Sealer, id: &ConnectionId, sealed: &[u8]) -> Result<connect::Secret> {
    sealer
        .unseal(id.as_str(), sealed)
        .map_err(|error| AppError { message: format!("{} (connection {id})", error.message), ..error })
}

fn opened_target(sealer: &Sealer, id: &ChannelId, sealed: &[u8]) -> Result<connect::Secret> {
    sealer
        .unseal(&notifications::sealed_for(id), sealed)
        .map_err(|error| AppError { message: format!("{} (channel {id})", error.message), ..error })
}

fn disk(error: &std::io::Error) -> AppError {
    AppError::new(ErrorKind::Unavailable, format!("the key of kept secrets cannot be written: {error}"))
        .advise("Check that the data folder may be written to and has space left; then call it again. Nothing is lost.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AppOptions;
    use crate::connections::{Change, NewConnection, change, create, get, record, unsealed};
    use crate::policy::Caller;
    use meta::ConnectionKind;
    use model::OrganizationId;

    const SECRET: &str = "correct-horse";

    struct World {
        folder: tempfile::TempDir,
        app: App,
        organization: OrganizationId,
        caller: Caller,
        ids: Vec<ConnectionId>,
    }

    impl World {
        async fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let app = App::open(folder.path(), AppOptions::default()).await.unwrap();
            let organization = app.organization_for_ingest(None).await.unwrap();
            let caller = Caller::command_line(organization.clone());
            let organization = organization.id;
            let mut ids = vec![];
            for number in 0..3 {
                let partition = "aws".parse().unwrap();
                let name = Some(format!("s3 {number}"));
                let new = NewConnection { kind: ConnectionKind::S3Compatible, name, partition };
                let made = create(&app, &caller, new).await.unwrap();
                let secret = Change { secret_access_key: Some(SECRET.to_owned()), ..Change::default() };
                change(&app, &caller, &made.id, secret).await.unwrap();
                ids.push(made.id);
            }
            Self { folder, app, organization, caller, ids }
        }

        async fn assert_whole(&self) {
            assert_eq!(check(&self.app).await.unwrap().secrets, 3);
            for id in &self.ids {
                let record = record(&self.app, &self.organization, id).await.unwrap();
                assert_eq!(unsealed(&self.app, &record).await.unwrap().unwrap().reveal(), SECRET);
            }
        }

        fn key(&self) -> Vec<u8> {
            std::fs::read(self.folder.path().join(FILE)).unwrap()
        }
    }

    #[tokio::test]
    async fn a_new_key_opens_everything_and_the_old_one_nothing() {
        let world = World::new().await;
        let (key, sealed) = (world.key(), world.app.meta().sealed_secrets().await.unwrap());
        assert_eq!(rotate(&world.app).await.unwrap(), 3);
        assert_ne!(world.key(), key);
        assert!(!world.folder.path().join(NEXT).exists());
        world.assert_whole().await;
        let resealed = world.app.meta().sealed_secrets().await.unwrap();
        assert!(sealed.iter().zip(&resealed).all(|(old, new)| old.0 == new.0 && old.1 != new.1));
        std::fs::write(world.folder.path().join(FILE), key).unwrap();
        assert!(check(&world.app).await.is_err());
    }

    #[tokio::test]
    async fn stopped_anywhere_nothing_is_lost_and_the_next_call_ends_it() {
        // After each step, as if the process had been killed there.
        for steps in 0..4 {
            let world = World::new().await;
            let folder = world.folder.path();
            let old = world.key();
            if steps == 0 {
                std::fs::write(folder.join("secret.key.0123456789abcdef"), "half").unwrap();
            }
            if steps > 0 {
                sealing::create(folder, NEXT).unwrap();
            }
            if steps > 1 {
                let sealer = Sealer::with(folder, sealing::locked(folder, true).await.unwrap()).unwrap();
                reseal(&world.app, &sealer).await.unwrap();
            }
            if steps > 2 {
                sealing::take_over(folder).unwrap();
            }
            world.assert_whole().await;
            // Life goes on in between: a secret that is entered now opens later.
            let secret = Change { secret_access_key: Some(SECRET.to_owned()), ..Change::default() };
            change(&world.app, &world.caller, &world.ids[0], secret).await.unwrap();
            assert_eq!(check(&world.app).await.unwrap().half_changed, (1..3).contains(&steps));
            rotate(&world.app).await.unwrap();
            world.assert_whole().await;
            assert_ne!(world.key(), old);
            assert!(sealing::leftovers(folder).is_empty() && !folder.join(NEXT).exists());
        }
    }

    #[tokio::test]
    async fn a_missing_key_is_said_and_never_made_anew() {
        let world = World::new().await;
        std::fs::remove_file(world.folder.path().join(FILE)).unwrap();
        let error = check(&world.app).await.unwrap_err();
        assert!(error.advice.unwrap().contains("keys forget"));
        assert!(rotate(&world.app).await.is_err());
        let secret = Change { secret_access_key: Some("new".to_owned()), ..Change::default() };
        assert!(change(&world.app, &world.caller, &world.ids[0], secret.clone()).await.is_err());
        assert!(!world.folder.path().join(FILE).exists());
        assert_eq!(forget(&world.app).await.unwrap(), 3);
        assert!(!get(&world.app, &world.organization, &world.ids[0]).await.unwrap().has_secret);
        change(&world.app, &world.caller, &world.ids[0], secret).await.unwrap();
        assert_eq!(check(&world.app).await.unwrap().secrets, 1);
    }
}
