//! A folder of this machine.

use super::Facts;
use super::check::Board;
use super::fix::Fix;
use super::reading::months;
use crate::bill_source::open;
use crate::location::Location;

pub(super) const STEPS: &[(&str, &str)] =
    &[("folder", "The folder exists"), ("months", "There are months to read")];

pub(super) async fn verify(location: &Location, board: &mut Board<'_>, facts: &mut Facts) {
    board.start("folder", format!("Opening {location}"));
    let source = match open(location) {
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
