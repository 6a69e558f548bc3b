//! Definitions, as people make and change them.

use super::comments::text_of;
use super::{
    Attribute, Definition, KnownDefinition, Method, Verdict, Words, definitions, events, look_again,
};
use crate::allocation::Definitions;
use crate::identity::{entry, name_of, random_id};
use crate::policy::Caller;
use crate::read::{Published, names};
use crate::{App, AppError, ErrorKind, Result};
use meta::{NewAudit, TrendDefinition, TrendFilter};
use model::Decimal;

/// Definitions of an organization beside the predefined ones.
const MOST: usize = 50;
/// Letters of a description, and of a value.
const DESCRIPTION: usize = 1_000;
const VALUE: usize = 500;
/// Bounds of a threshold (percent), and of a least amount.
const THRESHOLD: (i64, i64) = (1, 1_000);
const MINIMUM: i64 = 1_000_000_000;

/// What is looked for, as somebody wishes it.
#[derive(Clone, Debug)]
pub struct Wish {
    /// Attributes of the objects, as they are written.
    pub watches: Vec<String>,
    /// Only this value of the last of them.
    pub only: Option<String>,
    /// How.
    pub method: Method,
    /// Change from which on it counts (percent).
    pub threshold_percent: f64,
    /// Least amount, as it is written.
    pub minimum: String,
    /// Whether falling costs raise nothing.
    pub ignore_decreases: bool,
}

/// A definition to make, or to put in the place of one.
#[derive(Clone, Debug)]
pub struct NewDefinition {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Whether it is looked for.
    pub on: bool,
    /// Whether its events are told.
    pub notifies: bool,
    /// What is looked for.
    pub wish: Wish,
}

impl KnownDefinition {
    /// Names what may be changed of it, as it is: see [`crate::edits`].
    pub fn version_name(&self) -> String {
        crate::edits::version(&(&self.definition.id, self.version))
    }
}

/// One of the caller's organization, by its identifier.
///
/// # Errors
/// `NotFound`: there is none.
pub async fn definition(app: &App, caller: &Caller, id: &str) -> Result<KnownDefinition> {
    let all = definitions(app, &caller.organization()?.id).await?;
    all.into_iter().find(|one| one.definition.id == id).ok_or_else(missing)
}

fn missing() -> AppError {
    AppError::new(ErrorKind::NotFound, "there is no such definition")
        .advise("Somebody may have deleted it: load the list again.")
}

/// A definition with what became of its events.
#[derive(Clone, Debug)]
pub struct CountedDefinition {
    /// The definition.
    pub known: KnownDefinition,
    /// Events that it saw and that are not withdrawn.
    pub events: usize,
    /// Of these, judged as real.
    pub real: usize,
    /// Judged as planned.
    pub planned: usize,
    /// Judged as false.
    pub not_real: usize,
}

impl CountedDefinition {
    /// Part of its judged events that were irregular, meant to be so or not (percent); `None`: none was judged.
    pub fn precision(&self) -> Option<f64> {
        let judged = self.real + self.planned + self.not_real;
        (judged > 0).then(|| (self.real + self.planned) as f64 * 100.0 / judged as f64)
    }
}

/// The definitions of the caller's organization with what became of their events, and words for what they watch.
///
/// # Errors
/// The metadata or the bills cannot be read.
pub async fn counted(app: &App, caller: &Caller) -> Result<(Vec<CountedDefinition>, Words)> {
    let statuses = vec!["open".to_owned(), "ended".to_owned()];
    let found = events(app, caller, &TrendFilter { statuses, ..TrendFilter::default() }).await?;
    let count = |known: KnownDefinition| {
        let id = &known.definition.id;
        let own = found.iter().filter(|one| one.event.definitions.iter().any(|seen| seen.definition == *id));
        let own: Vec<Option<Verdict>> = own.map(|one| one.said.verdict).collect();
        let judged = |verdict| own.iter().filter(|one| **one == Some(verdict)).count();
        CountedDefinition {
            events: own.len(),
            real: judged(Verdict::Real),
            planned: judged(Verdict::Planned),
            not_real: judged(Verdict::False),
            known,
        }
    };
    let all = definitions(app, &caller.organization()?.id).await?.into_iter().map(count).collect();
    let published = Published::seen_by(app, caller, None).await?;
    Ok((all, Words::of(app, &published).await?))
}

/// Reads what is looked for; all that it names has to be there.
///
/// # Errors
/// `Invalid`: the field, and what to write.
pub(super) async fn read_wish(app: &App, caller: &Caller, id: &str, wish: &Wish) -> Result<Definition> {
    let (watches, only) = watched(app, caller, wish).await?;
    Ok(Definition {
        id: id.to_owned(),
        watches,
        only,
        method: wish.method,
        threshold_percent: threshold(wish.threshold_percent)?,
        minimum: minimum(&wish.minimum)?,
        ignore_decreases: wish.ignore_decreases,
        notifies: false,
    })
}

fn threshold(percent: f64) -> Result<Decimal> {
    let read = Decimal::from_f64(percent).ok().map(|(read, _)| read);
    let within = |read: &Decimal| (Decimal::from(THRESHOLD.0)..=Decimal::from(THRESHOLD.1)).contains(read);
    read.filter(within).ok_or_else(|| {
        AppError::invalid(format!("threshold_percent: {percent} is out of its bounds"))
            .advise(format!("Write {} to {} percent.", THRESHOLD.0, THRESHOLD.1))
    })
}

fn minimum(text: &str) -> Result<Decimal> {
    let read = text.parse::<Decimal>().ok();
    let within = |read: &Decimal| (Decimal::ZERO..=Decimal::from(MINIMUM)).contains(read);
    read.filter(within).ok_or_else(|| {
        AppError::invalid("minimum: it is no amount of zero or more")
            .advise("Write the least amount as text, such as \"100\" or \"99.50\".")
    })
}

/// What is watched: account and service, one of them, a tag key, subsets, or saved reports.
async fn watched(app: &App, caller: &Caller, wish: &Wish) -> Result<(Vec<Attribute>, Option<String>)> {
    let read = |text: &String| Attribute::try_from(text.clone()).ok();
    let mut watches: Vec<Attribute> = wish.watches.iter().filter_map(read).collect();
    watches.sort_unstable();
    let may = watches.len() == wish.watches.len()
        && match watches.as_slice() {
            [one] => !matches!(one, Attribute::Resource | Attribute::Connection),
            [Attribute::Account, Attribute::Service]
            | [Attribute::Account | Attribute::Service, Attribute::Tag(_)] => true,
            _ => false,
        };
    if !may {
        return Err(AppError::invalid("watches: this cannot be watched")
            .advise("Write account and service, or one of account, service, region, usage_type, operation, subset, filter and \
                 tag:KEY; a tag also beside account or service."));
    }
    let only = wish.only.clone().filter(|value| !value.is_empty());
    let long = |value: &String| value.chars().count() > VALUE || value.chars().any(char::is_control);
    if only.as_ref().is_some_and(long) {
        return Err(AppError::invalid("only: it is too long or not on one line")
            .advise(format!("Write one value of at most {VALUE} letters, or leave it out for all.")));
    }
    let unknown = |what: &str| {
        AppError::invalid(format!("only: there is no such {what}"))
            .advise("Choose one that is there by its identifier, or leave it out for all.")
    };
    let organization = &caller.organization()?.id;
    match (watches.last(), &only) {
        (Some(Attribute::Tag(key)), _) => {
            let published = Published::seen_by(app, caller, None).await?;
            if !names(app, &published).await?.tag_keys.contains(key) {
                return Err(AppError::invalid(format!("watches: no bill has the tag '{key}'"))
                    .advise("Choose a key of the bills' tags; upper and lower case differ."));
            }
        }
        (Some(Attribute::Subset), Some(id)) => {
            let known = Definitions::read(app, organization).await?.subsets;
            if !known.iter().any(|subset| subset.id == *id) {
                return Err(unknown("subset"));
            }
        }
        (Some(Attribute::Filter), Some(id)) => {
            // What is one person's own is not shown to everybody under the name of an event.
            let known = app.meta().saved_reports(organization).await?;
            if !known.iter().any(|report| report.shared && report.id.as_str() == id) {
                return Err(unknown("shared report"));
            }
        }
        _ => {}
    }
    Ok((watches, only))
}

/// Makes a definition.
///
/// # Errors
/// `Invalid`: the field, and what to write; `Conflict`: there are too many.
pub async fn create_definition(app: &App, caller: &Caller, new: NewDefinition) -> Result<KnownDefinition> {
    let known = definitions(app, &caller.organization()?.id).await?;
    if known.iter().filter(|one| !one.predefined).count() >= MOST {
        return Err(AppError::new(ErrorKind::Conflict, format!("there are {MOST} definitions already"))
            .advise("Delete one that nobody needs, or let one watch all values."));
    }
    let id = random_id()?;
    let kept = kept(app, caller, &known, &id, new).await?;
    put(app, caller, "trend_definition.created", &kept).await?;
    definition(app, caller, &id).await
}

/// Puts another definition in the place of one. Of a predefined one whether it is on, its threshold, its least amount,
/// whether falls count and whether it notifies may differ.
///
/// # Errors
/// `NotFound`: there is none; `Invalid`: the field, and what to write.
pub async fn set_definition(
    app: &App,
    caller: &Caller,
    id: &str,
    new: NewDefinition,
) -> Result<KnownDefinition> {
    let known = definitions(app, &caller.organization()?.id).await?;
    let before = known.iter().find(|one| one.definition.id == id).ok_or_else(missing)?;
    if before.predefined {
        check_predefined(before, &new)?;
    }
    let kept = kept(app, caller, &known, id, new).await?;
    put(app, caller, "trend_definition.changed", &kept).await?;
    definition(app, caller, id).await
}

/// What a predefined definition is, it stays.
fn check_predefined(before: &KnownDefinition, new: &NewDefinition) -> Result<()> {
    let mut watches: Vec<String> = before.definition.watches.iter().map(ToString::to_string).collect();
    let mut wished = new.wish.watches.clone();
    watches.sort_unstable();
    wished.sort_unstable();
    let only = new.wish.only.as_deref().filter(|value| !value.is_empty());
    let stays = [
        ("name", new.name.trim() == before.name),
        ("description", new.description.is_empty() || new.description.trim() == before.description),
        ("watches", wished == watches),
        ("only", only == before.definition.only.as_deref()),
        ("method", new.wish.method == before.definition.method),
    ];
    let Some((field, _)) = stays.into_iter().find(|(_, same)| !same) else { return Ok(()) };
    Err(AppError::invalid(format!("{field}: that of a predefined definition stays as it is"))
        .advise("Switch it off and make your own one instead."))
}

async fn kept(
    app: &App,
    caller: &Caller,
    known: &[KnownDefinition],
    id: &str,
    new: NewDefinition,
) -> Result<TrendDefinition> {
    let name = name_of("name: the name of the definition", &new.name)?;
    let taken =
        |one: &&KnownDefinition| one.definition.id != id && one.name.to_lowercase() == name.to_lowercase();
    if known.iter().any(|one| taken(&one)) {
        return Err(AppError::invalid(format!("name: there is a definition '{name}' already"))
            .advise("Choose another name."));
    }
    let description = if new.description.trim().is_empty() {
        String::new()
    } else {
        text_of("description", &new.description, DESCRIPTION)?
    };
    let mut definition = read_wish(app, caller, id, &new.wish).await?;
    definition.notifies = new.notifies;
    Ok(TrendDefinition {
        id: id.to_owned(),
        organization_id: caller.organization()?.id.clone(),
        name,
        description,
        definition: serde_json::to_value(&definition)
            .map_err(|error| AppError::internal(error.to_string()))?,
        on: new.on,
        version: 0,
        created_at_ms: app.now().timestamp_millis(),
    })
}

async fn put(app: &App, caller: &Caller, action: &str, kept: &TrendDefinition) -> Result<()> {
    let jobs = look_again(app, &kept.organization_id)?;
    app.meta().put_trend_definition(kept, &jobs, &told(app, caller, action, kept)).await?;
    app.queued().wake();
    Ok(())
}

fn told(app: &App, caller: &Caller, action: &str, kept: &TrendDefinition) -> NewAudit {
    let text = |field: &str| match kept.definition.get(field) {
        Some(serde_json::Value::String(text)) => text.clone(),
        Some(serde_json::Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    };
    let (watches, only) = (text("watches"), text("only"));
    let (method, threshold, minimum) = (text("method"), text("threshold_percent"), text("minimum"));
    let notifies = text("notifies");
    let detail = [
        ("id", kept.id.as_str()),
        ("watches", watches.as_str()),
        ("only", only.as_str()),
        ("method", method.as_str()),
        ("threshold_percent", threshold.as_str()),
        ("minimum", minimum.as_str()),
        ("notifies", notifies.as_str()),
        ("on", if kept.on { "yes" } else { "no" }),
    ];
    entry(app, caller, action, kept.name.as_str(), &detail)
}

/// Deletes a definition that people made. Its events stay, as long as another one sees them.
///
/// # Errors
/// `NotFound`: there is none; `Conflict`: it is a predefined one.
pub async fn remove_definition(app: &App, caller: &Caller, id: &str) -> Result<()> {
    let known = definition(app, caller, id).await?;
    if known.predefined {
        return Err(AppError::new(ErrorKind::Conflict, "a predefined definition cannot be deleted")
            .advise("Switch it off instead."));
    }
    let organization = &caller.organization()?.id;
    let jobs = look_again(app, organization)?;
    let entry = entry(app, caller, "trend_definition.removed", known.name.as_str(), &[("id", id)]);
    if !app.meta().delete_trend_definition(organization, id, &jobs, &entry).await? {
        return Err(missing());
    }
    app.queued().wake();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_and_amounts_have_bounds() {
        assert_eq!(threshold(12.5).unwrap(), "12.5".parse().unwrap());
        assert_eq!(minimum("99.50").unwrap(), "99.5".parse().unwrap());
        assert!(threshold(1.0).is_ok() && threshold(1_000.0).is_ok() && minimum("0").is_ok());
        for percent in [0.99, 1_000.01, -5.0, f64::NAN, f64::INFINITY] {
            let refused = threshold(percent).unwrap_err();
            assert!(refused.to_string().starts_with("threshold_percent:") && refused.advice.is_some());
        }
        for text in ["-0.01", "", "much", "1000000001", "1e40"] {
            assert!(minimum(text).unwrap_err().to_string().starts_with("minimum:"), "{text}");
        }
    }
}
