//! What lies on the disk, and what the process takes in memory.

use super::{Kind, Text};
use crate::App;
use crate::data_folder::DATABASE;
use lake::{LakeError, Table};

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
    let look = async {
        let mut bytes = vec![];
        for table in Table::ALL {
            bytes.push(app.lake().bytes(table).await?);
        }
        Ok::<_, LakeError>(bytes)
    };
    app.sums().lake.or_look(look).await.unwrap_or_default()
}

/// Bytes of memory of this process, where the system says so.
pub(super) fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kibibytes| kibibytes << 10)
}
