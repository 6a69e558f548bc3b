//! How fast the data folder's disk is. A month of a large company is written as some gigabytes, and each publication
//! waits for the disk to say that it has it.

use super::{Finding, Health, LEAST_SPACE};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

/// Written at once: enough to see a slow disk, little enough to be done in seconds on one.
const BYTES: usize = 32 << 20;
const PIECE: usize = 1 << 20;
/// Small writes that the disk confirms, as a database does them.
const CONFIRMED: u32 = 10;
/// Slower than this, readings wait for the disk rather than for the processor.
const LEAST_RATE_MB: f64 = 40.0;
/// Longer than this, a publication and its metadata take seconds.
const LONGEST_CONFIRMATION: Duration = Duration::from_millis(50);

/// Writes a file that no folder names, and looks at the clock.
pub fn disk_speed(data_dir: &Path) -> Finding {
    const CHECK: &str = "disk_speed";
    match rustix::fs::statvfs(data_dir) {
        Ok(disk) if disk.f_bavail.saturating_mul(disk.f_frsize) < LEAST_SPACE => {
            return Finding::bad(
                CHECK,
                Health::Warning,
                "the disk is too full to be tried",
                "Make room first.",
            );
        }
        _ => {}
    }
    match measure(data_dir) {
        Ok((rate, confirmation)) => {
            let found = format!(
                "the disk takes {rate:.0} MB/s and confirms a small write in {:.1} ms",
                confirmation.as_secs_f64() * 1000.0
            );
            if rate >= LEAST_RATE_MB && confirmation <= LONGEST_CONFIRMATION {
                return Finding::good(CHECK, found);
            }
            let fix = "Put the data folder on a faster disk of this machine: network disks and small cloud volumes are slow. Something else may be writing at the moment: look again.";
            Finding::bad(CHECK, Health::Warning, found, fix)
        }
        Err(error) => Finding::bad(
            CHECK,
            Health::Wrong,
            format!("nothing can be written to {}: {error}", data_dir.display()),
            "Run it as the user that the server runs as; make room; look at how the disk is mounted.",
        ),
    }
}

/// Megabytes a second, and the mean time of a confirmed small write.
fn measure(data_dir: &Path) -> io::Result<(f64, Duration)> {
    let mut file = nameless(data_dir)?;
    let piece = vec![0x5a; PIECE];
    let begun = Instant::now();
    for _ in 0..BYTES / PIECE {
        file.write_all(&piece)?;
    }
    file.sync_all()?;
    let rate = BYTES as f64 / 1e6 / begun.elapsed().as_secs_f64().max(1e-6);
    let begun = Instant::now();
    for _ in 0..CONFIRMED {
        file.write_all(&piece[..4096])?;
        file.sync_data()?;
    }
    Ok((rate, begun.elapsed() / CONFIRMED))
}

/// A file that is gone with whoever has it open.
fn nameless(folder: &Path) -> io::Result<File> {
    let path = folder.join(format!(".disk-speed-{}", std::process::id()));
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
    std::fs::remove_file(path)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let found = disk_speed(folder.path());
        assert_ne!(found.health, Health::Wrong, "{found:?}");
        assert_eq!(folder.path().read_dir().unwrap().count(), 0);
        let none = disk_speed(&folder.path().join("none"));
        assert_eq!((none.health, none.fix.is_some()), (Health::Wrong, true));
    }
}
