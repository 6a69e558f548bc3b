//! What an organization defines over its bills: subsets of accounts, virtual tags, shared costs. Definitions apply
//! when a question is asked, so that they hold for the past too and nothing has to be read again.

mod account_names;
mod billing;
mod by_name;
mod organization;
mod references;
mod seen;
mod shared_costs;
mod spellings;
mod subsets;
mod virtual_tags;

pub(crate) use account_names::present_names;
pub use account_names::{GivenName, GivenNames, NewAccountName, name_accounts, parse_account_names};
pub use billing::{Billing, Price};
pub(crate) use organization::{forget_accounts, keep_accounts};
pub(crate) use references::is_subset_id;
pub(crate) use shared_costs::source_mapping;
pub use shared_costs::{Method, SharedCost, SharedTarget, set_shared_costs};
pub use spellings::{Spellings, SpeltValue, set_spellings};
pub use subsets::{
    Subset, SubsetAccount, SubsetChange, SubsetDetails, SubsetSpans, SubsetSums, Subsets, change_subset,
    create_subset, remove_subsets, subset, subsets,
};
pub use virtual_tags::{
    Preview, PreviewRow, VirtualTag, create_virtual_tag, preview_virtual_tag, remove_virtual_tag,
    set_virtual_tag,
};

use self::by_name::{looks_at_names, with_accounts};
use crate::policy::Caller;
use crate::{App, AppError, ErrorKind, Result};
use connect::OrganizationAccount;
use meta::{DefinitionKind, NewAudit};
use model::{
    Column, Condition, CostQuery, Dimension, Mapping, MappingName, MappingRule, Operator, OrganizationId,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Everything that an organization defined, at one moment.
#[derive(Clone, Debug, Default)]
pub struct Definitions {
    /// Named groups of accounts, by name.
    pub subsets: Vec<Subset>,
    /// Tags by rules, by name.
    pub virtual_tags: Vec<VirtualTag>,
    /// Costs that are split over others, in order.
    pub shared_costs: Vec<SharedCost>,
    /// Accounts as AWS Organizations knows them, where it may be read.
    pub organization_accounts: BTreeMap<String, OrganizationAccount>,
    /// Names that people gave to accounts.
    pub given_names: GivenNames,
    /// What the fees of commitments are called where they are amortized, for then they are what was not used. Of AWS's reports
    /// alone: FOCUS has charge types of that name, which must not be mixed up with these.
    pub unused: Vec<(&'static str, &'static str)>,
    /// Which values of tags are spellings of one, by key.
    pub spellings: Spellings,
    /// The rules of virtual tags that depend on other definitions, as they are used, by tag: with accounts in place of their
    /// names, and with spellings.
    prepared: BTreeMap<String, Arc<[MappingRule]>>,
}

impl Definitions {
    /// The definitions of an organization as they are now.
    pub(crate) async fn read(app: &App, organization: &OrganizationId) -> Result<Self> {
        Ok(Self {
            subsets: app.meta().definition(organization, DefinitionKind::Subsets).await?.0,
            virtual_tags: app.meta().definition(organization, DefinitionKind::VirtualTags).await?.0,
            shared_costs: app.meta().definition(organization, DefinitionKind::SharedCosts).await?.0,
            organization_accounts: organization::accounts(app, organization).await?,
            given_names: app.meta().definition(organization, DefinitionKind::AccountNames).await?.0,
            spellings: app.meta().definition(organization, DefinitionKind::TagSpellings).await?.0,
            unused: vec![],
            prepared: BTreeMap::new(),
        })
    }

    /// Names of accounts that bills do not tell.
    pub(crate) fn account_names(&self) -> query::AccountNames {
        let known = self.organization_accounts.iter().filter(|(_, account)| !account.name.is_empty());
        query::AccountNames {
            given: present_names(&self.given_names),
            known: known.map(|(id, account)| (id.clone(), account.name.clone())).collect(),
        }
    }

    /// Whether any rule looks at names of accounts.
    pub(crate) fn looks_at_names(&self) -> bool {
        self.virtual_tags.iter().any(|tag| looks_at_names(&tag.rules))
    }

    /// Prepares rules that depend on other definitions and on the names of accounts (none where no rule looks at them).
    /// Rules that stand for too many accounts stay as they are: using them is refused.
    pub(crate) fn prepare(&mut self, names: &BTreeMap<String, String>) {
        for tag in &self.virtual_tags {
            if let Ok(Some(rules)) = self.prepared_rules(&tag.rules, names) {
                self.prepared.insert(tag.name.clone(), rules.into());
            }
        }
    }

    /// Such rules as they are used; `None` where they are used as they are.
    fn prepared_rules(
        &self,
        rules: &[MappingRule],
        names: &BTreeMap<String, String>,
    ) -> Result<Option<Vec<MappingRule>>> {
        let depends = |condition: &Condition| {
            matches!(condition.dimension, Dimension::MergedTag(_))
                || condition.dimension.is(Column::ChargeType)
        };
        let spelt = rules.iter().flat_map(|rule| &rule.conditions).any(depends);
        let named = looks_at_names(rules);
        if !spelt && !named {
            return Ok(None);
        }
        let mut rules = if named { with_accounts(rules, names)? } else { rules.to_vec() };
        for condition in rules.iter_mut().flat_map(|rule| &mut rule.conditions) {
            self.spell(&mut condition.dimension);
            self.rename_charges(&condition.dimension, &mut condition.values);
        }
        Ok(Some(rules))
    }

    /// Puts what bills call a charge in place of its name in amortized figures.
    fn rename_charges(&self, dimension: &Dimension, values: &mut [String]) {
        if dimension.is(Column::ChargeType) {
            for value in values {
                if let Some((fee, _)) = self.unused.iter().find(|(_, name)| name == value) {
                    (*fee).clone_into(value);
                }
            }
        }
    }

    /// Looks the spellings of a merged tag's values up.
    fn spell(&self, dimension: &mut Dimension) {
        if let Dimension::CarriedTag(tag) = dimension {
            return self.spell(tag);
        }
        if let Dimension::MergedTag(tag) = dimension
            && tag.spellings.is_none()
        {
            tag.spellings = Some(spellings::of(&self.spellings, &tag.key));
        }
    }

    /// The question with the rules of every mapping that it names, if it is no larger than is worked on.
    pub fn resolve(&self, mut query: CostQuery) -> Result<CostQuery> {
        query.check_size()?;
        self.find_subsets(query.filters.iter_mut())?;
        if query.metric.is_amortized() {
            query
                .filters
                .iter_mut()
                .for_each(|filter| self.rename_charges(&filter.dimension, &mut filter.values));
        }
        // A thousand filters may name one mapping: its rules are looked up once.
        let mut known: Vec<Mapping> = vec![];
        let filters = query.filters.iter_mut().map(|filter| &mut filter.dimension);
        for dimension in query.group_by.iter_mut().chain(filters) {
            self.spell(dimension);
            let Dimension::Mapped(mapping) = dimension else { continue };
            if mapping.rules.is_some() {
                continue;
            }
            self.call_by_name(&mut mapping.name)?;
            let found = known.iter().find(|known| known.name == mapping.name);
            if let Some(found) = found {
                mapping.rules.clone_from(&found.rules);
            } else {
                mapping.rules = Some(self.rules(&mapping.name)?);
                known.push(mapping.clone());
            }
        }
        Ok(query)
    }

    /// The dimension with its rules, if it is a mapping.
    pub fn resolve_dimension(&self, dimension: &mut Dimension) -> Result<()> {
        self.spell(dimension);
        if let Dimension::Mapped(mapping) = dimension
            && mapping.rules.is_none()
        {
            self.call_by_name(&mut mapping.name)?;
            mapping.rules = Some(self.rules(&mapping.name)?);
        }
        Ok(())
    }

    fn rules(&self, name: &MappingName) -> Result<Arc<[MappingRule]>> {
        match name {
            MappingName::Subset => Ok(self.subset_rules(|subset| &subset.name)),
            MappingName::SubsetId => Ok(self.subset_rules(|subset| &subset.id)),
            MappingName::OrganizationalUnit => {
                let mut accounts: BTreeMap<&str, Vec<String>> = BTreeMap::new();
                for (id, account) in &self.organization_accounts {
                    if let Some(unit) = &account.unit {
                        accounts.entry(unit).or_default().push(id.clone());
                    }
                }
                Ok(accounts.into_iter().map(|(path, accounts)| accounts_rule(path, accounts)).collect())
            }
            MappingName::VirtualTag(name) => {
                let tag = self.virtual_tag(name)?;
                if let Some(rules) = self.prepared.get(name) {
                    return Ok(Arc::clone(rules));
                }
                if looks_at_names(&tag.rules) {
                    return Err(AppError::invalid(format!(
                        "the names that the virtual tag '{name}' looks at stand for too many accounts"
                    ))
                    .advise("Use fewer conditions on names, or name accounts by their number."));
                }
                Ok(tag.rules.clone().into())
            }
        }
    }

    fn subset_rules(&self, value: fn(&Subset) -> &String) -> Arc<[MappingRule]> {
        let all = self.subsets.iter().filter(|subset| !subset.account_ids.is_empty());
        all.map(|subset| accounts_rule(value(subset), subset.account_ids.clone())).collect()
    }

    /// Whether any organizational unit is known.
    pub fn has_organizational_units(&self) -> bool {
        self.organization_accounts.values().any(|account| account.unit.is_some())
    }

    /// The name of the subset that an account belongs to.
    pub fn subset_of(&self, account_id: &str) -> Option<&Subset> {
        self.subsets.iter().find(|subset| subset.account_ids.iter().any(|id| id == account_id))
    }
}

fn accounts_rule(value: &str, values: Vec<String>) -> MappingRule {
    let dimension = account_id();
    MappingRule {
        value: value.to_owned(),
        conditions: vec![Condition { dimension, operator: Operator::Is, values }],
    }
}

/// The dimension of account IDs.
pub(crate) fn account_id() -> Dimension {
    Column::AccountId.into()
}

/// Changes one kind of definitions of the caller's organization, from what it is now.
async fn change<T: DeserializeOwned + Default + Serialize, R>(
    app: &App,
    caller: &Caller,
    kind: DefinitionKind,
    change: impl FnOnce(&mut T) -> Result<(R, NewAudit)>,
) -> Result<R> {
    let organization = &caller.organization()?.id;
    let (mut document, revision) = app.meta().definition::<T>(organization, kind).await?;
    let (result, entry) = change(&mut document)?;
    app.meta().define(organization, kind, &document, revision, Some(&entry)).await?;
    Ok(result)
}

/// Something that is not there (any more).
fn gone(what: &str) -> AppError {
    AppError::new(ErrorKind::NotFound, format!("there is no such {what}"))
        .advise("Somebody may have deleted it: load the list again.")
}
