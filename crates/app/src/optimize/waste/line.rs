//! A finding as scripts read it.

use super::Waste;
use crate::optimize::decisions::Dismissal;
use crate::read::filter_on;
use analyses::waste::{Confidence, Finding, Rule, Unknown, rule};
use model::{Column, Decimal};
use serde::Serialize;
use url::form_urlencoded;

/// The question of Cost Analysis that shows a finding's rows, as its address has it.
pub(super) fn address(waste: &Waste, finding: &Finding) -> Option<String> {
    let (from, to) = waste.span?;
    let on = |column, value: &str| filter_on(column, false, &[value]).to_string();
    let mut filters = vec![on(Column::AccountId, &finding.account)];
    if rule(finding.rule).is_some_and(Rule::is_of_commitments) {
        filters.push(on(Column::CommitmentId, &finding.resource));
    } else {
        let types: Vec<&str> = finding.usage_types.iter().map(|usage| &**usage).collect();
        filters.push(filter_on(Column::UsageType, false, &types).to_string());
        let region = if finding.region.is_empty() { None } else { Some((Column::Region, &*finding.region)) };
        let named = !finding.resource.is_empty();
        let narrower = if named { Some((Column::ResourceId, &*finding.resource)) } else { region };
        filters.extend(narrower.map(|(column, value)| on(column, value)));
    }
    let mut address = form_urlencoded::Serializer::new(String::new());
    address.append_pair("from", &from.to_string()).append_pair("to", &to.to_string());
    for filter in &filters {
        address.append_pair("filter", filter);
    }
    Some(address.finish())
}

/// A finding in one line. What is not known is `None`, and never zero.
#[derive(Clone, Debug, Serialize)]
pub struct WasteLine {
    /// Number of the rule.
    pub rule: u8,
    /// The resource; `None`: the report names none, and it is all of its account and region.
    pub resource_id: Option<String>,
    /// Account.
    pub account_id: String,
    /// What would not be paid.
    pub monthly: Option<Decimal>,
    /// At least so much of it.
    pub monthly_low: Option<Decimal>,
    /// How sure it is.
    pub confidence: Confidence,
    /// The rule's name for programs.
    pub key: &'static str,
    /// And for people.
    pub title: &'static str,
    /// Region; `None`: none.
    pub region: Option<String>,
    /// Currency of the amounts.
    pub currency: String,
    /// What its rows cost, without what a commitment pays.
    pub cost: Decimal,
    /// Why there is no amount: the price that no row tells, or that nothing is promised.
    pub unknown: Option<String>,
    /// What the rows say of it.
    pub evidence: String,
    /// Usage types of its rows.
    pub usage_types: Vec<String>,
    /// Whether totals hold it: each resource is in them once, and nothing that was put away.
    pub counted: bool,
    /// Why and until when it was put away.
    pub dismissed: Option<Dismissal>,
    /// The account's name, where it is known.
    pub account: Option<String>,
    /// Address of its rows in Cost Analysis, behind the question mark.
    pub explain: Option<String>,
}

pub(super) fn of(waste: &Waste, finding: &Finding) -> Option<WasteLine> {
    let rule = rule(finding.rule)?;
    let said = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let dismissed = waste.dismissal(finding).cloned();
    Some(WasteLine {
        rule: rule.id,
        resource_id: said(&finding.resource),
        account_id: finding.account.to_string(),
        monthly: finding.amount,
        monthly_low: finding.low,
        confidence: finding.confidence,
        key: &rule.key,
        title: &rule.title,
        region: said(&finding.region),
        currency: waste.currency.clone(),
        cost: finding.cost,
        unknown: finding.unknown.as_ref().map(|unknown| match unknown {
            Unknown::Price(what) => format!("no row tells the price of {what}"),
            Unknown::NotPromised => "nothing is promised".to_owned(),
        }),
        evidence: finding.evidence.clone(),
        usage_types: finding.usage_types.iter().map(ToString::to_string).collect(),
        counted: finding.counted && dismissed.is_none(),
        dismissed,
        account: waste.names.get(&*finding.account).cloned(),
        explain: address(waste, finding),
    })
}
