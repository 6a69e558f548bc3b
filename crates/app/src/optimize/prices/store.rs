//! Imported price files: kept for an organization, newest first.

use super::file::read_file;
use super::{Listed, PriceBook, PriceFileError, Priced, Source, SourceKind, shipped};
use crate::identity::entry;
use crate::policy::Caller;
use crate::{App, AppError, ErrorKind, Result};
use meta::{PriceFile, StoredPrice};
use model::OrganizationId;
use serde::Serialize;
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

/// Prices that one imported file may hold: they are written in one step.
const MOST_STORED: usize = 2_000_000;

/// A price file that was imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PriceList {
    /// Its number.
    pub id: i64,
    /// Name of the file.
    pub name: String,
    /// What it is of, `AWSComputeSavingsPlan`; empty where it does not say.
    pub offer: String,
    /// Region; empty where it does not say.
    pub region: String,
    /// Day of publication, where it says.
    pub published: Option<String>,
    /// When it was imported (RFC 3339).
    pub imported_at: String,
    /// Who imported it.
    pub imported_by: String,
    /// How many prices it holds.
    pub prices: i64,
}

impl From<PriceFile> for PriceList {
    fn from(file: PriceFile) -> Self {
        let at = chrono::DateTime::from_timestamp_millis(file.imported_at_ms).unwrap_or_default();
        Self {
            id: file.id,
            name: file.name,
            offer: file.offer,
            region: file.region,
            published: file.published,
            imported_at: at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            imported_by: file.imported_by,
            prices: file.prices,
        }
    }
}

/// Imported price files of the caller's organization, the newest import first.
pub async fn imported(app: &App, caller: &Caller) -> Result<Vec<PriceList>> {
    let files = app.meta().price_files(&caller.organization()?.id).await?;
    Ok(files.into_iter().map(PriceList::from).collect())
}

/// Imports a price file, in place of one of the same name, or of the same offer and region. Gives the file, and how many of
/// its prices are 0, which are unknown and not kept.
pub async fn import(app: &App, caller: &Caller, path: PathBuf) -> Result<(PriceList, usize)> {
    let organization = caller.organization()?.id.clone();
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let read = tokio::task::spawn_blocking(move || all_of(&path));
    let (facts, prices) = read.await.map_err(|error| AppError::internal(error.to_string()))??;
    if prices.is_empty() {
        return Err(AppError::invalid(format!("{name} holds no price"))
            .advise("Give the price file of a savings plan or of a service, of one region."));
    }
    let new = PriceFile {
        id: 0,
        name,
        offer: facts.offer,
        region: facts.region,
        published: facts.published.map(|day| day.to_string()),
        imported_at_ms: app.now().timestamp_millis(),
        imported_by: caller.name().to_owned(),
        prices: i64::try_from(prices.len()).unwrap_or(i64::MAX),
    };
    let count = prices.len().to_string();
    let published = new.published.clone().unwrap_or_default();
    let detail =
        [("offer", &*new.offer), ("region", &*new.region), ("published", &*published), ("prices", &*count)];
    let entry = entry(app, caller, "prices.imported", &new.name, &detail);
    let file = app.meta().import_prices(&organization, &new, &prices, &entry).await?;
    Ok((file.into(), facts.zero))
}

fn all_of(path: &Path) -> Result<(super::FileFacts, Vec<StoredPrice>), PriceFileError> {
    let mut prices = vec![];
    let facts = read_file(path, &|_| true, &mut |listed: Listed| {
        if prices.len() == MOST_STORED {
            return Err(format!("it holds more than {MOST_STORED} prices: import the file of one region"));
        }
        prices.push(StoredPrice {
            usage_type: listed.of.usage_type,
            operation: listed.of.operation,
            service: listed.of.service,
            region: listed.of.region,
            terms: listed.terms.to_string(),
            currency: listed.currency,
            price: listed.price,
            upfront: listed.upfront,
        });
        Ok(())
    })?;
    // The same price may stand in a file twice; the last holds.
    let key = |price: &StoredPrice| {
        [&price.usage_type, &price.operation, &price.service, &price.region, &price.terms, &price.currency]
            .map(Clone::clone)
    };
    prices.reverse();
    prices.sort_by_cached_key(key);
    prices.dedup_by(|one, other| key(one) == key(other));
    Ok((facts, prices))
}

/// Removes an imported price file.
pub async fn remove(app: &App, caller: &Caller, id: i64) -> Result<()> {
    let organization = caller.organization()?.id.clone();
    let entry = entry(app, caller, "prices.removed", id.to_string(), &[]);
    if app.meta().remove_prices(&organization, id, &entry).await? {
        return Ok(());
    }
    Err(AppError::new(ErrorKind::NotFound, format!("there is no imported price file {id}"))
        .advise("See 'prices list' for those that are there."))
}

impl PriceBook {
    /// The book without the customer's rows: price files of this call, those that were imported, and the shipped table, as
    /// far as some usage types need them.
    pub(in crate::optimize) async fn open(
        app: &App,
        organization: Option<&OrganizationId>,
        files: &[PathBuf],
        usage_types: BTreeSet<String>,
    ) -> Result<Self> {
        let mut book = Self::default();
        if let Some(organization) = organization {
            let known = app.meta().price_files(organization).await?;
            let mut sources: HashMap<i64, usize> = HashMap::new();
            // Of files of one day the last import holds.
            for file in known.iter().rev() {
                let date = file.published.as_deref().and_then(|day| day.parse().ok());
                let source = Source { kind: SourceKind::Imported, name: file.name.clone(), date };
                sources.insert(file.id, book.source(source));
            }
            for (file, price) in app.meta().prices_of(organization, &usage_types).await? {
                let (Some(source), Ok(terms)) = (sources.get(&file), price.terms.parse()) else { continue };
                book.add(
                    *source,
                    Listed {
                        terms,
                        of: Priced {
                            service: price.service,
                            usage_type: price.usage_type,
                            operation: price.operation,
                            region: price.region,
                        },
                        price: price.price,
                        upfront: price.upfront,
                        currency: price.currency,
                    },
                );
            }
        }
        let files = files.to_vec();
        let read = tokio::task::spawn_blocking(move || {
            for path in &files {
                book.add_file(path, &usage_types)?;
            }
            shipped::add_on_demand(&mut book);
            Ok::<_, PriceFileError>(book)
        });
        Ok(read.await.map_err(|error| AppError::internal(error.to_string()))??)
    }
}
