//! Months of one bill that are there twice, as questions: what both candidates are, and which one somebody chose.
//!
//! Reading finds them (`ingest_job/counting.rs`, `ingest_job/chosen.rs`) and does what is chosen here; how one stands is told
//! in `counted.rs`.

pub use crate::counted::command;
use crate::counted::{Standing, owners_of, standing};
use crate::edits::{self, Thing};
use crate::identity::entry;
use crate::policy::Caller;
use crate::{App, AppError, ErrorKind, Result, connections, processing};
use chrono::{DateTime, Utc};
pub use meta::BillSide;
use meta::{BillCandidate, BillChoice, BillConflict, BillDecision, BillPlace, Publication, chosen};
use model::{BillingPeriod, ConnectionId, Decimal, OrganizationId};
use std::collections::BTreeMap;

/// Where a question stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum QuestionState {
    /// Nobody chose.
    Open,
    /// Somebody chose the one that is not read yet.
    Awaited,
    /// Somebody chose; the other one is not counted.
    Settled,
    /// The one that was chosen is not there any more: the month is not counted anywhere.
    Nowhere,
}

/// One of two candidates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The connection.
    pub connection: ConnectionId,
    /// What is known of it.
    pub side: BillSide,
    /// Whether it counts now.
    pub counts: bool,
    /// Whether it is not there any more.
    pub gone: bool,
}

/// A month of one bill that is there twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Identifier.
    pub id: i64,
    /// The month.
    pub period: BillingPeriod,
    /// Where it stands.
    pub state: QuestionState,
    /// Whether both are of one source.
    pub within: bool,
    /// Billing accounts that both hold, where they are known.
    pub payers: Vec<String>,
    /// An account that both hold, where one is known.
    pub account: String,
    /// Whether a choice can begin with a month.
    pub dated: bool,
    /// Both.
    pub candidates: [Candidate; 2],
    /// Total of the first less that of the second, where both are known and of one currency.
    pub difference: Option<Decimal>,
    /// The choice that holds for the month.
    pub choice: Option<Choice>,
    /// In a sentence: what counts, and what does not.
    pub message: String,
    /// Names what is known of both and what was chosen: see [`crate::edits`].
    pub version: String,
}

/// Who chose, and since when it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Which of the candidates: 0 or 1.
    pub winner: usize,
    /// The first month; `None`: every month.
    pub from: Option<BillingPeriod>,
    /// Who chose.
    pub by: String,
    /// When.
    pub at: Option<DateTime<Utc>>,
}

/// The questions about a connection's months, newest first: those that are open, and those that somebody answered.
///
/// # Errors
/// There is no such connection.
pub async fn questions(app: &App, organization: &OrganizationId, id: &ConnectionId) -> Result<Vec<Question>> {
    connections::get(app, organization, id).await?;
    let all = app.meta().bill_conflicts(organization).await?;
    let choices = app.meta().bill_choices(organization).await?;
    let published = app.meta().publications(organization).await?;
    let names: BTreeMap<ConnectionId, String> =
        app.meta().connections(organization).await?.into_iter().map(|one| (one.id, one.name)).collect();
    let about = |conflict: &&BillConflict| conflict.own.connection == *id || conflict.other.connection == *id;
    let asked = all.iter().filter(about);
    Ok(asked.filter_map(|conflict| question(conflict, &choices, &published, &names)).collect())
}

fn question(
    conflict: &BillConflict,
    choices: &[BillChoice],
    published: &[Publication],
    names: &BTreeMap<ConnectionId, String>,
) -> Option<Question> {
    let standing = standing(conflict, choices, published);
    let (state, choice) = match standing {
        Standing::Open => (QuestionState::Open, None),
        Standing::Awaited(choice) => (QuestionState::Awaited, Some(choice)),
        Standing::NotCounted(choice) => (QuestionState::Settled, Some(choice)),
        Standing::Nowhere => (QuestionState::Nowhere, None),
        Standing::Over => return None,
    };
    let within = conflict.own.connection == conflict.other.connection;
    let detail = &conflict.detail;
    let has_month = |candidate: &BillCandidate| {
        published.iter().any(|known| {
            known.connection_id == candidate.connection
                && known.period == conflict.period
                && owners_of(known).iter().any(|(payer, _)| detail.payers.contains(payer))
        })
    };
    let counts = |candidate: &BillCandidate| {
        if within { choice.is_some_and(|choice| choice.winner == *candidate) } else { has_month(candidate) }
    };
    let side = |candidate: &BillCandidate, side: &BillSide, gone: &str| {
        // Names of connections change.
        let known = names.get(&candidate.connection).filter(|_| !within);
        Candidate {
            connection: candidate.connection.clone(),
            side: BillSide { name: known.unwrap_or(&side.name).clone(), ..side.clone() },
            counts: conflict.gone != gone && counts(candidate),
            gone: conflict.gone == gone,
        }
    };
    let candidates = [side(&conflict.own, &detail.own, "own"), side(&conflict.other, &detail.other, "other")];
    let [own, other] = &candidates;
    let same_currency = own.side.currency == other.side.currency;
    let totals = own.side.total.zip(other.side.total).filter(|_| same_currency);
    let of_pair: Vec<&BillChoice> =
        choices.iter().filter(|choice| choice.is_of(&conflict.own, &conflict.other)).collect();
    Some(Question {
        id: conflict.id,
        period: conflict.period,
        state,
        within,
        payers: detail.payers.clone(),
        account: detail.account.clone(),
        dated: detail.dated,
        difference: totals.and_then(|(one, two)| (one - two).within().ok()),
        message: words(state, choice, conflict, &candidates),
        version: edits::version(&(of_pair, &detail.own, &detail.other, &conflict.gone)),
        choice: choice.map(|choice| Choice {
            winner: usize::from(choice.winner != conflict.own),
            from: choice.from,
            by: choice.by.clone(),
            at: DateTime::from_timestamp_millis(choice.at_ms),
        }),
        candidates,
    })
}

fn words(
    state: QuestionState,
    choice: Option<&BillChoice>,
    conflict: &BillConflict,
    [own, other]: &[Candidate; 2],
) -> String {
    let won = choice.is_some_and(|choice| choice.winner == conflict.own);
    let (winner, loser) = if won { (own, other) } else { (other, own) };
    let (winner, loser) = (&winner.side.name, &loser.side.name);
    match state {
        QuestionState::Open if own.connection == other.connection => {
            "Both hold the same bill. Until one is chosen, neither is read.".to_owned()
        }
        QuestionState::Open => format!(
            "Both hold the same bill. Until one is chosen, '{}' counts and '{}' does not.",
            other.side.name, own.side.name
        ),
        QuestionState::Awaited => {
            format!("'{winner}' was chosen and is not read yet; until then nothing changes.")
        }
        QuestionState::Settled => {
            let lost = if won { other } else { own };
            let only = match lost.side.only_here.as_slice() {
                [] => String::new(),
                accounts => format!(" Accounts that only it has are in no total: {}.", accounts.join(", ")),
            };
            format!("'{winner}' counts; '{loser}' is not added up.{only}")
        }
        QuestionState::Nowhere => {
            let gone = if own.gone { own } else { other };
            format!(
                "Not counted anywhere: '{}', which was chosen to count, is not there any more.",
                gone.side.name
            )
        }
    }
}

/// Chooses which of a question's candidates counts, from a month on; in every month without one. What has to be read for
/// it is read next.
///
/// # Errors
/// `NotFound` without such a question; `Changed` when what is known of it is something else by now; `Invalid` for one
/// that is not there, or where the files do not say their months; `Conflict` where choices would go round in a circle.
pub async fn choose(
    app: &App,
    caller: &Caller,
    id: &ConnectionId,
    question: i64,
    winner: usize,
    from: Option<BillingPeriod>,
    expected: Option<&str>,
) -> Result<()> {
    let organization = caller.organization()?.id.clone();
    let _turn = edits::begin(app, caller, Thing::BillChoice(id, question), expected).await?;
    let all = questions(app, &organization, id).await?;
    let asked = all.iter().find(|known| known.id == question).ok_or_else(no_question)?;
    let conflicts = app.meta().bill_conflicts(&organization).await?;
    let conflict = conflicts.iter().find(|known| known.id == question).ok_or_else(no_question)?;
    let (Some(won), Some(lost)) = (asked.candidates.get(winner), asked.candidates.get(1 - winner.min(1)))
    else {
        return Err(AppError::invalid("there are two candidates: 0 and 1"));
    };
    if won.gone {
        return Err(AppError::invalid(format!("'{}' is not there any more", won.side.name))
            .advise("Choose the other one, or connect it again."));
    }
    if from.is_some() && !asked.dated {
        return Err(AppError::invalid(
            "these files do not say their months, so a choice holds for all of them",
        )
        .advise("Choose without a month."));
    }
    let both = [&conflict.own, &conflict.other];
    let (winning, losing) = if winner == 0 { (both[0], both[1]) } else { (both[1], both[0]) };
    let choice = BillChoice {
        winner: winning.clone(),
        loser: losing.clone(),
        from,
        by: caller.name().to_owned(),
        at_ms: app.now().timestamp_millis(),
    };
    let mut choices = app.meta().bill_choices(&organization).await?;
    choices.retain(|known| !(known.is_of(winning, losing) && known.from >= from));
    if let Some(circle) = circle(&choices, &choice) {
        return Err(AppError::new(ErrorKind::Conflict, circle)
            .advise("Change that choice first: it stands on the pages of its connections."));
    }
    let now = choice.at_ms;
    // Of what was removed with its connection there is nothing to choose against.
    let kept = (!lost.gone || asked.within).then_some(choice);
    choices.extend(kept.clone());
    let follows = follows(app, &organization, &conflicts, &choices, (winning, losing)).await?;
    let decision = BillDecision { choice: kept, ..follows };
    let from_words = from.map_or_else(|| "every month".to_owned(), |from| from.to_string());
    let (reference, account) = (question.to_string(), asked.payers.join(", "));
    let detail = [
        ("instead_of", lost.side.name.as_str()),
        ("from", &from_words),
        ("asked_for", &asked.period.to_string()),
        ("billing_account", &account),
        ("connection", id.as_str()),
        ("id", &reference),
    ];
    let told = entry(app, caller, "bill.chosen", won.side.name.clone(), &detail);
    app.meta().choose_bill(&organization, &decision, now, &[told]).await?;
    app.queued().wake();
    Ok(())
}

/// What follows from a choice at once: what is settled fails no more, and what has to be read is read next.
async fn follows(
    app: &App,
    organization: &OrganizationId,
    conflicts: &[BillConflict],
    choices: &[BillChoice],
    (winning, losing): (&BillCandidate, &BillCandidate),
) -> Result<BillDecision> {
    let published = app.meta().publications(organization).await?;
    let of_pair = |conflict: &&BillConflict| {
        (conflict.own == *winning && conflict.other == *losing)
            || (conflict.own == *losing && conflict.other == *winning)
    };
    let (mut over, mut well, mut read) = (vec![], vec![], vec![]);
    for conflict in conflicts.iter().filter(of_pair) {
        let which = if conflict.own == *losing { "own" } else { "other" };
        if conflict.gone == which {
            over.push(conflict.id);
            continue;
        }
        let settled = matches!(standing(conflict, choices, &published), Standing::NotCounted(_));
        if settled && conflict.own.place == BillPlace::Whole {
            well.push((conflict.own.connection.clone(), conflict.period));
        }
    }
    // The one that counts first: the other one then finds what counts.
    let mut asked: Vec<&ConnectionId> = vec![&winning.connection, &losing.connection];
    asked.dedup();
    for id in asked {
        match processing::may_be_read(app, organization, id).await {
            Ok(()) => read.push(id.clone()),
            // Paused, being set up, or removed: it is read when it can be.
            Err(error) => {
                tracing::info!(connection.id = %id, %error, "a choice waits for a connection to be read");
            }
        }
    }
    Ok(BillDecision { choice: None, over, well, read })
}

/// Words for a circle of choices that another one would close.
fn circle(choices: &[BillChoice], new: &BillChoice) -> Option<String> {
    let months: Vec<Option<BillingPeriod>> = std::iter::once(new.from)
        .chain(choices.iter().map(|choice| choice.from).filter(|from| *from > new.from))
        .collect();
    for month in months {
        let holds = |choice: &&BillChoice| {
            let period = month;
            let in_force = |one: &BillChoice| match (one.from, period) {
                (None, _) => true,
                (Some(from), Some(period)) => from <= period,
                (Some(_), None) => false,
            };
            in_force(choice)
                // What is chosen now takes the place of these.
                && !choice.is_of(&new.winner, &new.loser)
                && chosen(choices, &choice.winner, &choice.loser, period).is_some_and(|last| last == *choice)
        };
        let held: Vec<&BillChoice> = choices.iter().filter(holds).collect();
        // Whatever the loser counts before.
        let mut reached = vec![&new.loser];
        let mut at = 0;
        while let Some(candidate) = reached.get(at).copied() {
            at += 1;
            for choice in held.iter().filter(|choice| choice.winner == *candidate) {
                if choice.loser == new.winner {
                    return Some(
                        "by another choice, what you choose against counts before what you choose".to_owned(),
                    );
                }
                if !reached.contains(&&choice.loser) {
                    reached.push(&choice.loser);
                }
            }
        }
    }
    None
}

fn no_question() -> AppError {
    AppError::new(ErrorKind::NotFound, "there is no such question any more")
        .advise("Look at the connection's page: it may have been answered, or be none any more.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(name: &str) -> BillCandidate {
        BillCandidate { connection: ConnectionId::try_new(name).unwrap(), place: BillPlace::Whole }
    }

    fn choice(winner: &str, loser: &str, from: Option<&str>) -> BillChoice {
        BillChoice {
            winner: candidate(winner),
            loser: candidate(loser),
            from: from.map(|from| from.parse().unwrap()),
            by: String::new(),
            at_ms: 0,
        }
    }

    #[test]
    fn choices_do_not_go_round_in_a_circle() {
        let known = [choice("a", "b", None), choice("b", "c", Some("2026-08"))];
        assert!(circle(&known, &choice("a", "c", None)).is_none());
        assert!(
            circle(&known, &choice("b", "a", None)).is_none(),
            "it takes the place of the other way round"
        );
        assert!(circle(&known, &choice("c", "a", Some("2026-09"))).is_some());
        assert!(circle(&known, &choice("c", "a", None)).is_some(), "it closes in August");
        assert!(circle(&known[..1], &choice("c", "a", None)).is_none());
    }
}
