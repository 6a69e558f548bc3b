//! What lies on the disk, and what the process takes in memory.

use super::{Kind, Text};
use crate::App;
use crate::data_folder::DATABASE;
use lake::Table;
use std::path::Path;

/// Folders below a table: partitions by connection and month, and the log.
const DEEPEST: usize = 6;

pub(super) async fn write(app: &App, text: &mut Text) {
    let name = "cloud_analyzer_lake_bytes";
    text.family(
        name,
        Kind::Gauge,
        "Bytes of a table's files, those of replaced months included until they are removed.",
    );
    for (table, bytes) in Table::ALL.into_iter().zip(lake(app).await) {
        text.sample(name, &[("table", table.name())], bytes);
    }
    let files = [DATABASE.to_owned(), format!("{DATABASE}-wal")];
    let database = files.iter().filter_map(|name| app.data_dir().join(name).metadata().ok());
    let name = "cloud_analyzer_database_bytes";
    text.family(name, Kind::Gauge, "Bytes of the metadata store.");
    text.sample(name, &[], database.map(|file| file.len()).sum::<u64>());
    if let Ok(disk) = rustix::fs::statvfs(app.data_dir()) {
        let name = "cloud_analyzer_disk_free_bytes";
        text.family(name, Kind::Gauge, "Bytes that are free where the data folder lies.");
        text.sample(name, &[], disk.f_bavail.saturating_mul(disk.f_frsize));
    }
}

async fn lake(app: &App) -> Vec<u64> {
    let roots: Vec<_> = Table::ALL.into_iter().map(|table| app.lake().table_path(table)).collect();
    let walk = move || roots.iter().map(|root| bytes_below(root, DEEPEST)).collect::<Vec<_>>();
    let walked = app.sums().lake.or_look(tokio::task::spawn_blocking(walk)).await;
    walked.unwrap_or_default()
}

fn bytes_below(folder: &Path, deeper: usize) -> u64 {
    // Files come and go meanwhile: what is gone takes no bytes.
    let Ok(entries) = folder.read_dir() else { return 0 };
    let size = |entry: std::fs::DirEntry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() && deeper > 0 => bytes_below(&entry.path(), deeper - 1),
        Ok(metadata) if metadata.is_file() => metadata.len(),
        _ => 0,
    };
    entries.filter_map(Result::ok).map(size).sum()
}

/// Bytes of memory of this process, where the system says so.
pub(super) fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kibibytes| kibibytes << 10)
}
