//! Which bills hold rows that may be seen, and of which days: a view that is narrowed to some accounts is narrowed to
//! their bills by this.

use super::Engine;
use crate::error::QueryError;
use crate::plan::{Days, date};
use crate::view::{Span, View};
use std::sync::Arc;

impl Engine {
    /// First day and day after the last of the rows of each period of a view that may be seen, in its order; `None` for a
    /// period that has none.
    ///
    /// # Errors
    /// `Unavailable`: the roll-up cannot be read; `TooMany`: too much waits already.
    pub async fn extents(&self, view: &View) -> Result<Vec<Option<Span>>, QueryError> {
        let view = view.clone();
        let (whose, scope) = (Arc::clone(&view.whose), view.scope.clone());
        self.blocking(&whose, &scope, move |store, _, _| {
            let extent = |days: Days| Span { from: Some(date(days.from)), to: Some(date(days.to)) };
            view.periods.iter().map(|period| Ok(store.extent(&period.rollup_files)?.map(extent))).collect()
        })
        .await
    }
}
