//! The read side: every call resolves what is published once and answers from that.

mod costs;
mod dimensions;
mod explain;
mod overview;
mod projection;
mod published;
mod reconcile;
mod summary;

pub use costs::{Costs, costs, csv_long, csv_pivot};
pub(crate) use dimensions::RememberedNames;
pub use dimensions::{Names, Value, Values, names, parse_group_by, values};
pub use explain::explain;
pub use overview::{Overview, PeriodState, overview};
pub use projection::{Projected, projection};
pub use published::Published;
pub(crate) use published::Remembered;
pub use query::{ExplainedRow, Explanation};
pub use reconcile::{ReconciledPeriod, Reconciliation, reconcile};
pub use summary::{MonthToDate, month_to_date};
