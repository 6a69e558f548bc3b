//! The open tables as publications have them. A Delta table changes in a step of its own, before a month is published and
//! after one is taken back or removed: a process that is killed between the two leaves other engines a month that does not
//! count, for as long as nobody publishes it anew.

use crate::{App, AppError, ErrorKind, Result};
use lake::Table;
use model::{BillingPeriod, ConnectionId};
use std::collections::{BTreeMap, BTreeSet};

/// Files by connection and month.
type Months = BTreeMap<(String, String), BTreeSet<String>>;

impl App {
    /// Months of which a table holds other files than those that are published, by table.
    ///
    /// # Errors
    /// The tables or the metadata cannot be read.
    pub(crate) async fn differing_months(&self) -> Result<Vec<(Table, ConnectionId, BillingPeriod)>> {
        let mut differing = vec![];
        for table in Table::ALL {
            let mut held = Months::new();
            // The table first: what is published in between differs for a moment, and is looked at again.
            for file in self.lake().active_files(table).await? {
                held.entry((file.connection_id, file.billing_period)).or_default().insert(file.path);
            }
            let (mut published, mut awaited) = (Months::new(), BTreeSet::new());
            for month in self.meta().published_months(table).await? {
                let key = (month.connection_id.to_string(), month.period.to_string());
                if month.files.is_empty() && month.awaited {
                    // Its line items are still to come: until then those of before stand.
                    awaited.insert(key);
                } else {
                    published.insert(key, month.files.into_iter().collect());
                }
            }
            let known: BTreeSet<&(String, String)> = held.keys().chain(published.keys()).collect();
            let none = BTreeSet::new();
            for key in known.into_iter().filter(|key| !awaited.contains(*key)) {
                if held.get(key).unwrap_or(&none) != published.get(key).unwrap_or(&none) {
                    let odd = |what: &str| AppError::internal(format!("a table holds an odd {what}"));
                    let connection = ConnectionId::try_new(&key.0).map_err(|_| odd("connection"))?;
                    differing.push((table, connection, key.1.parse().map_err(|_| odd("month"))?));
                }
            }
        }
        Ok(differing)
    }

    /// Gives the tables the files that are published, where they hold others and nobody is at work at the connection. A month
    /// that cannot be given them (a file is lost) is written to the log, and keeps no other from it. Called by whoever may
    /// write.
    ///
    /// # Errors
    /// The tables or the metadata cannot be read.
    pub(crate) async fn repair_tables(&self) -> Result<()> {
        let connections: BTreeSet<ConnectionId> =
            self.differing_months().await?.into_iter().map(|(_, connection, _)| connection).collect();
        for connection in connections {
            // Whoever reads it commits first and publishes then.
            let _at_work = match self.at_work(&connection) {
                Err(error) if error.kind == ErrorKind::Conflict => continue,
                alone => alone?,
            };
            let own = self.differing_months().await?.into_iter().filter(|(_, one, _)| *one == connection);
            for (table, connection, period) in own {
                let publication = self.meta().publication_for(&connection, period).await?;
                let files = publication.and_then(|mut it| it.files.remove(&table)).unwrap_or_default();
                tracing::warn!(
                    table = table.name(),
                    connection.id = %connection,
                    %period,
                    "a table held what is not published; it is given what is"
                );
                if let Err(error) = self.lake().restore(table, &connection, period, &files).await {
                    tracing::error!(
                        table = table.name(),
                        connection.id = %connection,
                        %period,
                        %error,
                        "a table could not be given what is published"
                    );
                }
            }
        }
        Ok(())
    }
}
