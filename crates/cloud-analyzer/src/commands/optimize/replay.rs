//! `optimize replay`: a month again in AWS's order, beside what was billed.

use super::{asked, print_rows};
use crate::cli::OfMonth;
use crate::commands::Folder;
use crate::output::Align;
use app::optimize::{self, Replay, ReplayedCommitment};

const COLUMNS: [(&str, Align); 6] = [
    ("commitment_id", Align::Left),
    ("kind", Align::Left),
    ("real", Align::Right),
    ("replayed", Align::Right),
    ("deviation", Align::Right),
    ("left_out", Align::Left),
];

pub(super) async fn run(folder: &Folder, args: &OfMonth) -> anyhow::Result<()> {
    let (app, published, month) = asked(folder, args).await?;
    let found = optimize::replay(&app, &published, month).await?;
    let rows: Vec<&ReplayedCommitment> = found.iter().flat_map(|replay| &replay.commitments).collect();
    let end: String = found.iter().map(words).collect();
    print_rows(args.format, &rows, &COLUMNS, &end)
}

fn words(replay: &Replay) -> String {
    let deviation = replay.deviation.map_or_else(|| "-".to_owned(), |found| found.to_string());
    let daily = if replay.not_hourly.is_zero() {
        String::new()
    } else {
        format!("; rows of {} {} tell no hours and are spread evenly", replay.not_hourly, replay.currency)
    };
    format!(
        "payer {}, {}: real {}, replayed {}, deviation {deviation}; sharing leak {}{daily}\n",
        replay.payer_account_id, replay.currency, replay.real, replay.replayed, replay.sharing_leak
    )
}
