//! `optimize buy`: what to buy, and what that would have done in the look-back.

use super::Folder;
use crate::cli::{Buy, Format};
use crate::output::{Align, Table, print, print_json};
use app::optimize::buy::{self, Advice};
use app::read::export::{Cell, Reader, line};
use app::{AppError, ErrorKind};

pub(crate) async fn run(folder: &Folder, args: &Buy) -> anyhow::Result<()> {
    let app = folder.open_existing().await?;
    let published = folder.published(&app, None).await?;
    let organization = app.organization(folder.organization.as_deref()).await?.map(|found| found.id);
    let found = buy::buy(&app, &published, organization.as_ref(), &args.prices.files, args.ask()).await?;
    if found.is_empty() {
        return Err(AppError::new(ErrorKind::NotFound, "there is no usage in the look-back")
            .advise("Read the reports of these months first, or ask --as-of a day within the data.")
            .into());
    }
    if found.iter().all(|advice| advice.reason == Some(buy::DAILY)) {
        let payers: Vec<&str> = found.iter().map(|advice| advice.payer.as_str()).collect();
        return Err(AppError::invalid(format!(
            "the report of {} tells usage by the day, and commitments live by the hour: what to buy cannot be reckoned",
            payers.join(", ")
        ))
        .advise("Set the report's time granularity to hourly; what is owned can be shown all the same.")
        .into());
    }
    match args.format {
        // One payer and currency is one object; several are a list.
        Format::Json => match found.as_slice() {
            [one] => print_json(one),
            several => print_json(&several),
        },
        Format::Csv => {
            let mut out = std::io::stdout().lock();
            for cells in buy::plan_lines(&found) {
                line(&mut out, Reader::Script, cells.iter().map(|cell| Cell::Text(cell)))?;
            }
            Ok(())
        }
        Format::Table => Ok(print(&found.iter().map(text).collect::<Vec<_>>().join("\n"))?),
    }
}

/// One payer's advice as lines.
fn text(advice: &Advice) -> String {
    let mut table = Table::new(&[
        ("buy", Align::Left),
        ("of", Align::Left),
        ("count", Align::Right),
        ("an hour", Align::Right),
        ("used", Align::Right),
    ]);
    for one in &advice.commitments {
        let of = [&one.instance_type, &one.family, &one.platform, &one.region];
        let of: Vec<&str> =
            of.into_iter().flatten().map(String::as_str).filter(|part| !part.is_empty()).collect();
        table.row(vec![
            one.kind.to_owned(),
            of.join(" "),
            one.count.map_or_else(|| "-".to_owned(), |count| count.to_string()),
            one.hourly.to_string(),
            one.utilization.map_or_else(|| "-".to_owned(), |part| part.to_string()),
        ]);
    }
    let gap = advice.gap.map_or_else(|| "not known".to_owned(), |gap| gap.to_string());
    let unknown: Vec<String> = advice
        .unknown
        .iter()
        .map(|one| {
            let dollars = one.on_demand.map_or_else(|| "?".to_owned(), |dollars| dollars.to_string());
            format!("price unknown: {} {} {} ({dollars})\n", one.usage_type, one.operation, one.region)
        })
        .collect();
    format!(
        "{} {} {} {} for {}, {}\n{}\n{}gap to the best that is possible: {gap}\n{}",
        advice.offer,
        advice.term,
        advice.payment,
        advice.currency,
        advice.payer,
        if advice.estimate { "an estimate: a month is open" } else { "closed months" },
        advice.sentence,
        table.text(),
        unknown.concat(),
    )
}
