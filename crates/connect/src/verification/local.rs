//! A folder of this machine.

use super::Facts;
use super::check::Board;
use super::fix::Fix;
use super::reading::months;
use crate::outgoing::Outgoing;
use crate::source::{Source, open_as};

pub(super) const STEPS: &[(&str, &str)] =
    &[("folder", "The folder exists"), ("months", "There are months to read")];

pub(super) async fn verify(source: &Source, outgoing: &Outgoing, board: &mut Board<'_>, facts: &mut Facts) {
    let location = source.location();
    board.start("folder", format!("Opening {location}"));
    let source = match open_as(source, outgoing).await {
        Ok(source) => source,
        Err(error) => {
            board.failed("folder", error.message, Fix::text(error.advice));
            return;
        }
    };
    board.passed("folder", format!("{location} is there"));
    board.start("months", format!("Listing everything below {location}"));
    months(source.discover().await, board, facts);
}
