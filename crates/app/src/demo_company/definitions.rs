//! What the demo company's people would have defined: subsets, a virtual tag, a shared cost, a saved report; and
//! the organizational units that AWS Organizations would have told.

use crate::allocation::{
    Billing, Method, Price, SharedCost, create_subset, create_virtual_tag, keep_accounts, set_shared_costs,
};
use crate::policy::Caller;
use crate::read::{Published, account_names};
use crate::{App, Result, reports};
use connect::OrganizationAccount;
use model::{Condition, Decimal, Dimension, MappingRule, MergedTag, Operator};

/// Subsets by the beginnings of their accounts' names.
const SUBSETS: [(&str, &[&str]); 4] = [
    ("Data", &["data-", "ml-", "analytics"]),
    ("Payments", &["payments-"]),
    ("Platform", &["platform-", "network-", "shared-", "ci-"]),
    ("Tracking", &["tracking-"]),
];

/// Environments by the ends of their accounts' names.
const ENVIRONMENTS: [(&str, &[&str]); 3] =
    [("Production", &["-prod"]), ("Staging", &["-staging"]), ("Development", &["-dev", "sandbox", "ci-cd"])];

/// Defines them, unless somebody defined something already.
pub(super) async fn define(app: &App) -> Result<()> {
    let organizations = app.meta().organizations().await?;
    let Some(demo) = organizations.into_iter().find(|organization| organization.demo) else { return Ok(()) };
    let published = Published::of(app, Some(demo.clone())).await?;
    if !published.definitions.subsets.is_empty() {
        return Ok(());
    }
    let organization = demo.id.clone();
    let caller = Caller::command_line(demo);
    let names = account_names(app, &published).await?;
    let accounts = |fits: &dyn Fn(&str) -> bool| -> Vec<String> {
        names.iter().filter(|(_, name)| fits(name)).map(|(id, _)| id.clone()).collect()
    };
    for (name, beginnings) in SUBSETS {
        let own = accounts(&|name| beginnings.iter().any(|beginning| name.starts_with(beginning)));
        let billing = (name == "Platform").then(|| Billing {
            price: Price::Cost,
            credits: false,
            refunds: true,
            tax: true,
            percent: Decimal::from(5),
        });
        create_subset(app, &caller, name, own, billing).await?;
    }
    let mut rules = vec![];
    let unit = |name: &str| {
        let is = |(_, beginnings): &(&str, &[&str])| beginnings.iter().any(|start| name.starts_with(start));
        if SUBSETS.iter().find(|subset| is(subset)).is_some_and(|(subset, _)| *subset == "Platform") {
            return "Infrastructure".to_owned();
        }
        let of = ENVIRONMENTS.iter().find(|(_, ends)| ends.iter().any(|end| name.ends_with(end)));
        of.map_or_else(|| "Root".to_owned(), |(environment, _)| format!("Workloads / {environment}"))
    };
    if let Some(bill) = published.publications.first() {
        let placed = |(id, name): (&String, &String)| {
            (id.clone(), OrganizationAccount { name: name.clone(), unit: Some(unit(name)) })
        };
        let accounts = names.iter().map(placed).collect();
        keep_accounts(app, &organization, &bill.connection_id, &accounts).await?;
    }
    for (value, ends) in ENVIRONMENTS {
        let values = accounts(&|name| ends.iter().any(|end| name.ends_with(end)));
        if !values.is_empty() {
            let dimension = crate::allocation::account_id();
            let condition = Condition { dimension, operator: Operator::Is, values };
            rules.push(MappingRule { value: value.to_owned(), conditions: vec![condition] });
        }
    }
    // What accounts do not say, tags may.
    rules.push(MappingRule {
        value: "Production".to_owned(),
        conditions: vec![Condition {
            dimension: Dimension::MergedTag(MergedTag::new("Environment")),
            operator: Operator::Is,
            values: vec!["production".to_owned(), "prod".to_owned()],
        }],
    });
    create_virtual_tag(app, &caller, "Environment", rules).await?;
    let support = SharedCost {
        id: String::new(),
        name: "Support".to_owned(),
        source: vec!["charge_type=Support".to_owned()],
        method: Method::Proportional,
        targets: vec![],
    };
    set_shared_costs(app, &caller, vec![support]).await?;
    let address = "tab=service&time=last-90-days&view=week";
    reports::save_report(app, &caller, "Services by week", address, true).await?;
    Ok(())
}
