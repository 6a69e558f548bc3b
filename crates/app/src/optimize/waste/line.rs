//! A finding as scripts read it.

use super::Waste;
use crate::optimize::decisions::Dismissal;
use analyses::waste::{Confidence, Finding, Unknown, rule};
use model::Decimal;
use serde::Serialize;
use std::sync::Arc;

/// A finding in one line. What is not known is `None`, and never zero.
#[derive(Clone, Debug, Serialize)]
pub struct WasteLine {
    /// Number of the rule.
    pub rule: u8,
    /// The resource; `None`: the report names none, and it is all of its account and region.
    pub resource_id: Option<Arc<str>>,
    /// Account.
    pub account_id: Arc<str>,
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
    pub region: Option<Arc<str>>,
    /// Currency of the amounts.
    pub currency: String,
    /// What its rows cost, without what a commitment pays.
    pub cost: Decimal,
    /// Why there is no amount: the price that no row tells, or that nothing is promised.
    pub unknown: Option<String>,
    /// What the rows say of it.
    pub evidence: String,
    /// Usage types of its rows.
    pub usage_types: Vec<Arc<str>>,
    /// Whether totals hold it: each resource is in them once, and nothing that was put away.
    pub counted: bool,
    /// Why and until when it was put away.
    pub dismissed: Option<Dismissal>,
}

pub(super) fn of(waste: &Waste, finding: &Finding) -> Option<WasteLine> {
    let rule = rule(finding.rule)?;
    let said = |text: &Arc<str>| Some(Arc::clone(text)).filter(|text| !text.is_empty());
    let dismissed = waste.dismissal(finding).cloned();
    Some(WasteLine {
        rule: rule.id,
        resource_id: said(&finding.resource),
        account_id: Arc::clone(&finding.account),
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
        usage_types: finding.usage_types.clone(),
        counted: finding.counted && dismissed.is_none(),
        dismissed,
    })
}
