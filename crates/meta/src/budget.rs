//! Budgets, and what was told of their periods.

use crate::identity::insert_audit;
use crate::store::{from_json, parsed, to_json};
use crate::{Meta, MetaError, NewAudit, NewJob, work};
use model::{BudgetId, BudgetPeriod, Day, Decimal, OrganizationId, Question, Threshold};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

/// A budget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Identifier.
    pub id: BudgetId,
    /// Whose.
    pub organization_id: OrganizationId,
    /// Name.
    pub name: String,
    /// Metric and filters; what an organization defines stands in them by identifier.
    pub question: Question,
    /// Currency of its amounts.
    pub currency: String,
    /// What it is made for.
    pub period: BudgetPeriod,
    /// First month of the fiscal year (1 to 12).
    pub start_month: u32,
    /// Which amount holds from when on, the oldest first; never none.
    pub amounts: Vec<BudgetAmount>,
    /// At what it tells.
    pub thresholds: Vec<Threshold>,
    /// Grows with each change.
    pub revision: i64,
    /// When it was made (ms).
    pub created_at_ms: i64,
}

/// The amount of the periods that begin on a day or later.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BudgetAmount {
    /// First day of a period.
    pub from: Day,
    /// The amount.
    pub amount: Decimal,
}

#[derive(Serialize, Deserialize)]
struct Written {
    from: String,
    amount: Decimal,
}

impl Meta {
    /// The budgets of an organization, by name.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn budgets(&self, organization: &OrganizationId) -> Result<Vec<Budget>, MetaError> {
        let rows = sqlx::query(
            "SELECT * FROM budgets WHERE organization_id = ? ORDER BY name COLLATE NOCASE, created_at_ms, id",
        )
        .bind(organization.as_str())
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(budget).collect()
    }

    /// Writes a new budget, and queues what follows.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn add_budget(
        &self,
        budget: &Budget,
        entry: &NewAudit,
        jobs: &[NewJob],
    ) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        sqlx::query(
            "INSERT INTO budgets (id, organization_id, name, question, currency, period, start_month, amounts,
                 thresholds, revision, created_at_ms) VALUES (?, ?, '', '', '', '', 1, '', '', ?, ?)",
        )
        .bind(budget.id.as_str())
        .bind(budget.organization_id.as_str())
        .bind(budget.revision)
        .bind(budget.created_at_ms)
        .execute(&mut *transaction)
        .await?;
        write(&mut transaction, budget).await?;
        insert_audit(&mut transaction, entry).await?;
        work::insert_all(&mut transaction, jobs).await?;
        Ok(transaction.commit().await?)
    }

    /// Writes what may change of a budget, and queues what follows; `anew`: what was told of its periods is forgotten,
    /// because it is about something else.
    ///
    /// # Errors
    /// The database cannot be written to; the budget is gone.
    pub async fn change_budget(
        &self,
        budget: &Budget,
        anew: bool,
        entry: &NewAudit,
        jobs: &[NewJob],
    ) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        write(&mut transaction, budget).await?;
        if anew {
            sqlx::query("DELETE FROM budget_periods WHERE budget_id = ?")
                .bind(budget.id.as_str())
                .execute(&mut *transaction)
                .await?;
        }
        insert_audit(&mut transaction, entry).await?;
        work::insert_all(&mut transaction, jobs).await?;
        Ok(transaction.commit().await?)
    }

    /// Removes a budget, with what is remembered of its periods.
    ///
    /// # Errors
    /// The database cannot be written to; the budget is gone.
    pub async fn remove_budget(&self, id: &BudgetId, entry: &NewAudit) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        let done = sqlx::query("DELETE FROM budgets WHERE id = ?")
            .bind(id.as_str())
            .execute(&mut *transaction)
            .await?;
        gone(done.rows_affected(), id)?;
        insert_audit(&mut transaction, entry).await?;
        Ok(transaction.commit().await?)
    }

    /// What is remembered of a budget's periods, by their first day.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn budget_memories(&self, id: &BudgetId) -> Result<Vec<(Day, Value)>, MetaError> {
        let rows = sqlx::query(
            "SELECT first_day, memory FROM budget_periods WHERE budget_id = ? ORDER BY first_day",
        )
        .bind(id.as_str())
        .fetch_all(&self.pool)
        .await?;
        let one = |row: &SqliteRow| {
            Ok((
                parsed("first day", row.try_get("first_day")?)?,
                from_json("memory of a budget", row.try_get("memory")?)?,
            ))
        };
        rows.iter().map(one).collect()
    }

    /// Remembers something else of a period of a budget, and queues what tells of it, in one step. False: the budget was
    /// changed or removed meanwhile, and nothing is kept.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn keep_budget_memory(
        &self,
        budget: &Budget,
        first: Day,
        memory: &Value,
        jobs: &[NewJob],
    ) -> Result<bool, MetaError> {
        let mut transaction = self.write().await?;
        let done = sqlx::query(
            "INSERT INTO budget_periods (budget_id, first_day, memory)
             SELECT id, ?, ? FROM budgets WHERE id = ? AND revision = ?
             ON CONFLICT (budget_id, first_day) DO UPDATE SET memory = excluded.memory",
        )
        .bind(first.date().to_string())
        .bind(to_json("memory of a budget", memory)?)
        .bind(budget.id.as_str())
        .bind(budget.revision)
        .execute(&mut *transaction)
        .await?;
        let kept = done.rows_affected() == 1;
        if kept {
            work::insert_all(&mut transaction, jobs).await?;
        }
        transaction.commit().await?;
        Ok(kept)
    }
}

/// What may change of a budget.
async fn write(to: &mut SqliteConnection, budget: &Budget) -> Result<(), MetaError> {
    let written = |one: &BudgetAmount| Written { from: one.from.date().to_string(), amount: one.amount };
    let amounts: Vec<Written> = budget.amounts.iter().map(written).collect();
    let done = sqlx::query(
        "UPDATE budgets SET name = ?, question = ?, currency = ?, period = ?, start_month = ?, amounts = ?,
             thresholds = ?, revision = revision + 1 WHERE id = ?",
    )
    .bind(&budget.name)
    .bind(to_json("question of a budget", &budget.question)?)
    .bind(&budget.currency)
    .bind(budget.period.name())
    .bind(budget.start_month)
    .bind(to_json("amounts", &amounts)?)
    .bind(to_json("thresholds", &budget.thresholds)?)
    .bind(budget.id.as_str())
    .execute(to)
    .await?;
    gone(done.rows_affected(), &budget.id)
}

fn gone(rows: u64, id: &BudgetId) -> Result<(), MetaError> {
    if rows == 1 { Ok(()) } else { Err(MetaError::NotFound { what: "budget", id: id.to_string() }) }
}

fn budget(row: &SqliteRow) -> Result<Budget, MetaError> {
    let written: Vec<Written> = from_json("amounts", row.try_get("amounts")?)?;
    let amount =
        |one: Written| Ok(BudgetAmount { from: parsed("day of an amount", &one.from)?, amount: one.amount });
    Ok(Budget {
        id: parsed("budget", row.try_get("id")?)?,
        organization_id: parsed("organization", row.try_get("organization_id")?)?,
        name: row.try_get("name")?,
        question: from_json("question of a budget", row.try_get("question")?)?,
        currency: row.try_get("currency")?,
        period: parsed("period of a budget", row.try_get("period")?)?,
        start_month: row.try_get("start_month")?,
        amounts: written.into_iter().map(amount).collect::<Result<_, MetaError>>()?,
        thresholds: from_json("thresholds", row.try_get("thresholds")?)?,
        revision: row.try_get("revision")?,
        created_at_ms: row.try_get("created_at_ms")?,
    })
}
