//! The read side: every call resolves what is published once and answers from that.

mod accounts;
mod compared;
mod costs;
mod dimensions;
mod explain;
pub mod export;
mod latest;
mod overview;
mod projection;
mod published;
mod reconcile;
mod savings;
mod splitting;
mod summary;

pub(crate) use accounts::account_names;
pub use accounts::{Account, AccountName, Accounts, accounts};
pub use compared::{ComparedCosts, GroupChange, Known, left_out};
pub(crate) use compared::{SETTLED_DAYS, asks, complete_to};
pub use costs::{Costs, asked, by_currency, costs, costs_in_each};
pub use dimensions::{Names, Value, Values, ValuesAsked, names, parse_group_by, values};
pub(crate) use dimensions::{RememberedNames, filter_on};
pub use explain::{Cell, Explained, explain, explained_rows};
pub use overview::{ConnectionProof, Overview, PeriodState, connection_proof, overview};
pub(crate) use overview::{NewestMonth, data_to, last_days, newest_month, page_days};
pub(crate) use projection::{Ahead, ahead, projected_total, projected_totals};
pub use projection::{Projected, projection};
pub(crate) use published::Remembered;
pub use published::{Published, SeenPart};
pub use query::{ExplainOrder, ExplainSort, ExplainedRow, Explanation};
pub use reconcile::{ReconciledPeriod, Reconciliation, reconcile};
pub(crate) use savings::kept_accounts;
pub use savings::{AccountSavings, Savings, savings};
pub use splitting::{SplitPart, Whence};
pub use summary::{MonthToDate, month_to_date};
