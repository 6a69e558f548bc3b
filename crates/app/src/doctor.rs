//! What is wrong with an installation, and how to mend it.

mod outside;
mod speed;

pub use outside::outside;
pub use speed::disk_speed;

use crate::data_folder::{self, DATABASE};
use crate::{App, AppError, Result, connections};
use chrono::{DateTime, Datelike, Utc};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Less free space than this stops readings: a month of a large company takes some gigabytes.
const LEAST_SPACE: u64 = 1 << 30;
/// Less than this is soon too little.
const LITTLE_SPACE: u64 = 10 << 30;
/// Clocks of machines that share a disk differ by seconds.
const CLOCK_SLACK_S: i64 = 300;
/// The product is younger than what a clock says that was never set.
const FIRST_YEAR: i32 = 2026;

/// How a check went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// In order.
    Good,
    /// Works, and should be looked at.
    Warning,
    /// Wrong.
    Wrong,
}

/// A check, what it found and what to do.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    /// Name for programs.
    pub check: &'static str,
    /// How it went.
    pub health: Health,
    /// What was found.
    pub found: String,
    /// What to do.
    pub fix: Option<String>,
}

impl Finding {
    /// In order.
    pub fn good(check: &'static str, found: impl Into<String>) -> Self {
        Self { check, health: Health::Good, found: found.into(), fix: None }
    }

    /// Not in order.
    pub fn bad(
        check: &'static str,
        health: Health,
        found: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self { check, health, found: found.into(), fix: Some(fix.into()) }
    }

    /// What an error says.
    pub fn of(check: &'static str, error: &AppError) -> Self {
        Self { check, health: Health::Wrong, found: error.to_string(), fix: error.advice.clone() }
    }
}

/// Looks at the data folder from outside: opens nothing, and leaves nothing behind.
pub fn data_folder(data_dir: &Path, now: DateTime<Utc>) -> Vec<Finding> {
    let shown = data_dir.display();
    if !data_dir.join(DATABASE).is_file() {
        return vec![Finding::bad(
            "data_folder",
            Health::Wrong,
            format!("there is no data in {shown}"),
            "Point --data at the right folder; a new one is made by 'serve' and 'ingest'.",
        )];
    }
    let mut found = vec![permissions(data_dir), space(data_dir), clock(data_dir, now)];
    if crate::backup::refuse_unfinished(data_dir).is_err() {
        found.push(Finding::bad(
            "data_folder",
            Health::Wrong,
            format!("{shown} is being restored, or was not restored to the end"),
            "Wait for it, or run 'cloud-analyzer restore' again: it begins anew.",
        ));
    }
    found
}

fn permissions(data_dir: &Path) -> Finding {
    const CHECK: &str = "data_folder";
    let shown = data_dir.display();
    let Ok(metadata) = data_dir.metadata() else {
        let fix = "Run it as the user that the server runs as.";
        return Finding::bad(CHECK, Health::Wrong, format!("{shown} cannot be looked at"), fix);
    };
    let mut open = data_folder::open_to_others(data_dir);
    if metadata.mode() & 0o077 != 0 && !open.iter().any(|(path, _)| path == data_dir) {
        open.insert(0, (data_dir.to_owned(), metadata));
    }
    if open.is_empty() {
        return Finding::good(CHECK, format!("{shown} is closed to other users"));
    }
    let paths: Vec<String> = open.iter().map(|(path, _)| path.display().to_string()).collect();
    Finding::bad(
        CHECK,
        Health::Wrong,
        format!("other users of this machine may look into {}", paths.join(", ")),
        format!("Run: chmod go-rwx {}", paths.join(" ")),
    )
}

fn space(data_dir: &Path) -> Finding {
    const CHECK: &str = "disk_space";
    let free = match rustix::fs::statvfs(data_dir) {
        Ok(disk) => disk.f_bavail.saturating_mul(disk.f_frsize),
        Err(error) => {
            let found = format!("the free space cannot be found out: {error}");
            return Finding::bad(CHECK, Health::Warning, found, "Look at the disk by hand.");
        }
    };
    let found = format!("{:.1} GB are free", free as f64 / 1e9);
    let fix = "Make room, or move the data folder to a larger disk while no server runs.";
    match free {
        0..LEAST_SPACE => Finding::bad(CHECK, Health::Wrong, found, fix),
        LEAST_SPACE..LITTLE_SPACE => Finding::bad(CHECK, Health::Warning, found, fix),
        _ => Finding::good(CHECK, found),
    }
}

fn clock(data_dir: &Path, now: DateTime<Utc>) -> Finding {
    const CHECK: &str = "clock";
    let fix = "Set the machine's clock and keep it right (NTP): AWS refuses requests that are minutes off, sessions and schedules go by it.";
    let written = [DATABASE, "meta.sqlite-wal", "writer.lock"];
    let written = written.iter().filter_map(|name| data_dir.join(name).metadata().ok());
    let newest = written.map(|metadata| metadata.mtime()).max().unwrap_or_default();
    let ahead = newest.saturating_sub(now.timestamp());
    let found = now.format("it is %Y-%m-%d %H:%M UTC").to_string();
    if now.year() < FIRST_YEAR {
        return Finding::bad(CHECK, Health::Wrong, format!("{found}, which cannot be"), fix);
    }
    if ahead > CLOCK_SLACK_S {
        let found = format!("{found}, but the data were written {ahead} s later than that");
        return Finding::bad(CHECK, Health::Wrong, found, fix);
    }
    Finding::good(CHECK, found)
}

/// Looks at the key and the connections.
pub async fn inside(app: &App) -> Result<Vec<Finding>> {
    let mut found = vec![key(app).await, lake(app).await];
    let before = found.len();
    for organization in app.meta().organizations().await? {
        for record in app.meta().connection_records(&organization.id).await? {
            if let Err(error) = connections::may_still_be_read(app, &record) {
                let what = format!("{} of {}: {}", record.connection.name, organization.name, error.message);
                let fix = error.advice.unwrap_or_default();
                found.push(Finding::bad("connections", Health::Warning, what, fix));
            }
        }
    }
    if found.len() == before {
        found.push(Finding::good("connections", "every connection may be read"));
    }
    Ok(found)
}

/// Whether the lake's place does for one: a bucket is tried, a folder was looked at from outside.
async fn lake(app: &App) -> Finding {
    const CHECK: &str = "lake";
    match app.lake().probe().await {
        Ok(tried) if tried.in_bucket => Finding::good(
            CHECK,
            format!("the lake is in {}: objects are written, read, listed and removed there", tried.place),
        ),
        Ok(_) => Finding::good(CHECK, "the lake is in the data folder"),
        Err(error) => Finding::of(CHECK, &error.into()),
    }
}

async fn key(app: &App) -> Finding {
    const CHECK: &str = "key";
    match connections::keys::check(app).await {
        Err(error) => Finding::of(CHECK, &error),
        Ok(state) if state.half_changed => Finding::bad(
            CHECK,
            Health::Warning,
            "a change of the key was begun and not ended; nothing is lost",
            "Run: cloud-analyzer keys rotate",
        ),
        Ok(state) if state.secrets == 0 => Finding::good(CHECK, "no secrets are kept"),
        Ok(state) => Finding::good(CHECK, format!("{} secrets are kept, and open", state.secrets)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AppOptions;
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    fn health(found: &[Finding], check: &str) -> Health {
        found.iter().find(|finding| finding.check == check).unwrap().health
    }

    #[tokio::test]
    async fn what_is_wrong_is_found_with_its_fix() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        assert_eq!(health(&data_folder(&data, Utc::now()), "data_folder"), Health::Wrong);
        let app = App::open(&data, AppOptions::default()).await.unwrap();
        let found = data_folder(&data, Utc::now());
        assert_eq!((health(&found, "data_folder"), health(&found, "clock")), (Health::Good, Health::Good));
        assert_eq!(health(&inside(&app).await.unwrap(), "key"), Health::Good);

        std::fs::set_permissions(&data, Permissions::from_mode(0o750)).unwrap();
        let found = data_folder(&data, Utc::now() - chrono::Duration::hours(1));
        assert_eq!((health(&found, "data_folder"), health(&found, "clock")), (Health::Wrong, Health::Wrong));
        assert!(found[0].fix.as_ref().unwrap().contains("chmod go-rwx"));
    }
}
