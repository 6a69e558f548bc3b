//! Prices out of imported price files.

use crate::identity::insert_audit;
use crate::store::parsed;
use crate::{Meta, MetaError, NewAudit};
use model::{Decimal, OrganizationId};
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row, Sqlite};
use std::collections::BTreeSet;

/// Rows of one statement: eight values each, and SQLite takes 32,766 in all.
const ROWS: usize = 2_000;
/// Usage types of one statement.
const ASKED: usize = 5_000;

/// A price file that was imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceFile {
    /// Its number.
    pub id: i64,
    /// Name of the file.
    pub name: String,
    /// What it is of; empty where it does not say.
    pub offer: String,
    /// Region; empty where it does not say.
    pub region: String,
    /// Day of publication, where it says.
    pub published: Option<String>,
    /// When it was imported (ms).
    pub imported_at_ms: i64,
    /// Who did.
    pub imported_by: String,
    /// How many prices it holds.
    pub prices: i64,
}

/// One price of a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StoredPrice {
    /// Usage type.
    pub usage_type: String,
    /// Operation; empty where it holds for all.
    pub operation: String,
    /// Service code.
    pub service: String,
    /// Region; empty where the file does not say.
    pub region: String,
    /// On which terms.
    pub terms: String,
    /// Currency.
    pub currency: String,
    /// By the unit.
    pub price: Decimal,
    /// At the begin of the term.
    pub upfront: Decimal,
}

impl Meta {
    /// Price files of an organization, the newest import first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn price_files(&self, organization: &OrganizationId) -> Result<Vec<PriceFile>, MetaError> {
        let rows = sqlx::query("SELECT * FROM price_files WHERE organization_id = ? ORDER BY id DESC")
            .bind(organization.as_str())
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(file).collect()
    }

    /// Writes a file's prices, in place of those of a file of the same name or of the same offer and region. The number of
    /// `new` counts for nothing.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn import_prices(
        &self,
        organization: &OrganizationId,
        new: &PriceFile,
        prices: &[StoredPrice],
        entry: &NewAudit,
    ) -> Result<PriceFile, MetaError> {
        let mut transaction = self.write().await?;
        sqlx::query(
            "DELETE FROM price_files WHERE organization_id = ?
             AND (name = ? AND offer = ? OR offer <> '' AND region <> '' AND offer = ? AND region = ?)",
        )
        .bind(organization.as_str())
        .bind(&new.name)
        .bind(&new.offer)
        .bind(&new.offer)
        .bind(&new.region)
        .execute(&mut *transaction)
        .await?;
        let made = sqlx::query(
            "INSERT INTO price_files (organization_id, name, offer, region, published, imported_at_ms, imported_by, prices)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(organization.as_str())
        .bind(&new.name)
        .bind(&new.offer)
        .bind(&new.region)
        .bind(&new.published)
        .bind(new.imported_at_ms)
        .bind(&new.imported_by)
        .bind(new.prices)
        .execute(&mut *transaction)
        .await?;
        let id = made.last_insert_rowid();
        for some in prices.chunks(ROWS) {
            let mut query = QueryBuilder::<Sqlite>::new(
                "INSERT OR REPLACE INTO prices (file_id, usage_type, operation, service, region, terms, currency, price, upfront) ",
            );
            query.push_values(some, |mut row, price| {
                row.push_bind(id)
                    .push_bind(&price.usage_type)
                    .push_bind(&price.operation)
                    .push_bind(&price.service)
                    .push_bind(&price.region)
                    .push_bind(&price.terms)
                    .push_bind(&price.currency)
                    .push_bind(price.price.to_string())
                    .push_bind(price.upfront.to_string());
            });
            query.build().execute(&mut *transaction).await?;
        }
        insert_audit(&mut transaction, entry).await?;
        transaction.commit().await?;
        Ok(PriceFile { id, ..new.clone() })
    }

    /// Removes a price file with its prices; false if there is none of that number.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn remove_prices(
        &self,
        organization: &OrganizationId,
        id: i64,
        entry: &NewAudit,
    ) -> Result<bool, MetaError> {
        let mut transaction = self.write().await?;
        let done = sqlx::query("DELETE FROM price_files WHERE organization_id = ? AND id = ?")
            .bind(organization.as_str())
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        insert_audit(&mut transaction, entry).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Imported prices of some usage types, each with the number of its file.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn prices_of(
        &self,
        organization: &OrganizationId,
        usage_types: &BTreeSet<String>,
    ) -> Result<Vec<(i64, StoredPrice)>, MetaError> {
        let files = self.price_files(organization).await?;
        let wanted: Vec<&String> = usage_types.iter().collect();
        let mut found = vec![];
        for file in &files {
            for some in wanted.chunks(ASKED) {
                let mut query = QueryBuilder::<Sqlite>::new("SELECT * FROM prices WHERE file_id = ");
                query.push_bind(file.id).push(" AND usage_type IN (");
                let mut list = query.separated(", ");
                for usage_type in some {
                    list.push_bind(*usage_type);
                }
                query.push(")");
                for row in &query.build().fetch_all(&self.pool).await? {
                    found.push((file.id, price(row)?));
                }
            }
        }
        Ok(found)
    }
}

fn file(row: &SqliteRow) -> Result<PriceFile, MetaError> {
    Ok(PriceFile {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        offer: row.try_get("offer")?,
        region: row.try_get("region")?,
        published: row.try_get("published")?,
        imported_at_ms: row.try_get("imported_at_ms")?,
        imported_by: row.try_get("imported_by")?,
        prices: row.try_get("prices")?,
    })
}

fn price(row: &SqliteRow) -> Result<StoredPrice, MetaError> {
    Ok(StoredPrice {
        usage_type: row.try_get("usage_type")?,
        operation: row.try_get("operation")?,
        service: row.try_get("service")?,
        region: row.try_get("region")?,
        terms: row.try_get("terms")?,
        currency: row.try_get("currency")?,
        price: parsed("price", row.try_get("price")?)?,
        upfront: parsed("fee of a price", row.try_get("upfront")?)?,
    })
}
