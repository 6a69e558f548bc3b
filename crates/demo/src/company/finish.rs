//! FOCUS columns and the JSON forms of maps, derived from each template's other fields.

use super::catalog::Catalog;
use super::world::Account;
use crate::columns::map_fields;
use crate::text::{LineType, Pool, StrId, Template, Txt};
use std::collections::HashMap;

/// Fills the derived fields of all templates.
pub(crate) fn focus(pool: &mut Pool, templates: &mut [Template], catalog: &Catalog, accounts: &[Account]) {
    let maps: Vec<(Txt, Vec<(String, Txt)>)> = [Txt::MapProduct, Txt::MapTags, Txt::MapCategories]
        .into_iter()
        .map(|map| (map, map_fields(map)))
        .collect();
    let tags: Vec<(String, Txt)> = tag_fields();
    let details: Vec<(String, Txt)> = sku_details();
    let mut json: HashMap<Vec<(usize, StrId)>, StrId> = HashMap::new();
    for template in templates.iter_mut() {
        charge(pool, template);
        commitment(pool, template);
        service(pool, template, catalog);
        let payer =
            accounts.first().is_some_and(|payer| pool.get(template.get(Txt::UsageAccountId)) == payer.id);
        template.set(pool, Txt::FocusAccountType, if payer { "Payer Account" } else { "Linked Account" });
        for (map, fields) in
            maps.iter().chain([&(Txt::FocusTags, tags.clone()), &(Txt::FocusSkuDetails, details.clone())])
        {
            let values: Vec<(usize, StrId)> = fields
                .iter()
                .enumerate()
                .map(|(index, (_, field))| (index + (*map as usize) * 1000, template.get(*field)))
                .filter(|(_, id)| *id != 0)
                .collect();
            let id = if let Some(id) = json.get(&values) {
                *id
            } else {
                let object = object(pool, template, fields);
                let id = pool.id(&object);
                json.insert(values, id);
                id
            };
            template.set_id(*map, id);
        }
    }
}

/// FOCUS `Tags`: the tag keys as the customer wrote them.
pub(crate) fn tag_fields() -> Vec<(String, Txt)> {
    Txt::ALL
        .iter()
        .filter_map(|field| Some((field.name().strip_prefix("resourceTags/")?.to_owned(), *field)))
        .collect()
}

/// FOCUS `SkuPriceDetails`.
pub(crate) fn sku_details() -> Vec<(String, Txt)> {
    [
        ("InstanceType", Txt::InstanceType),
        ("InstanceSeries", Txt::InstanceTypeFamily),
        ("OperatingSystem", Txt::OperatingSystem),
        ("CoreCount", Txt::Vcpu),
        ("MemorySize", Txt::Memory),
        ("StorageClass", Txt::StorageClass),
        ("x_ProductFamily", Txt::ProductFamily),
        ("x_UsageType", Txt::UsageType),
    ]
    .into_iter()
    .map(|(key, field)| (key.to_owned(), field))
    .collect()
}

/// The pairs of a map column, later fields of one key losing to the first.
pub(crate) fn pairs<'f>(template: &Template, fields: &'f [(String, Txt)]) -> Vec<(&'f str, StrId)> {
    let mut list: Vec<(&str, StrId)> = Vec::new();
    for (key, field) in fields {
        let id = template.get(*field);
        if id != 0 && !list.iter().any(|(seen, _)| seen == key) {
            list.push((key, id));
        }
    }
    list
}

fn object(pool: &Pool, template: &Template, fields: &[(String, Txt)]) -> String {
    let entries: Vec<String> = pairs(template, fields)
        .into_iter()
        .map(|(key, id)| format!("{}:{}", quote(key), quote(pool.get(id))))
        .collect();
    format!("{{{}}}", entries.join(","))
}

/// A JSON string; the demo's texts hold no control characters.
fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn charge(pool: &mut Pool, template: &mut Template) {
    let recurring = matches!(template.kind, LineType::RiFee | LineType::SavingsPlanRecurringFee);
    let support = pool.get(template.get(Txt::ProductCode)).starts_with("AWSSupport");
    let category = match template.kind {
        LineType::Usage
        | LineType::DiscountedUsage
        | LineType::SavingsPlanCoveredUsage
        | LineType::SavingsPlanNegation => "Usage",
        LineType::RiFee
        | LineType::SavingsPlanRecurringFee
        | LineType::SavingsPlanUpfrontFee
        | LineType::Fee => "Purchase",
        LineType::Tax => "Tax",
        LineType::Credit
        | LineType::Refund
        | LineType::EdpDiscount
        | LineType::PrivateRateDiscount
        | LineType::BundledDiscount => "Credit",
    };
    let frequency = if recurring || support {
        "Recurring"
    } else if category == "Usage" {
        "Usage-Based"
    } else {
        "One-Time"
    };
    let usage = category == "Usage";
    let pricing = match template.kind {
        LineType::DiscountedUsage | LineType::SavingsPlanCoveredUsage => "Committed",
        _ if pool.get(template.get(Txt::UsageType)).contains("SpotUsage") => "Dynamic",
        _ if usage => "Standard",
        _ if category == "Purchase" => "Other",
        _ => "",
    };
    let unit = pool.get(template.get(Txt::PricingUnit)).to_owned();
    template.set_all(
        pool,
        &[
            (Txt::FocusCategory, category),
            (Txt::FocusClass, if template.kind == LineType::Refund { "Correction" } else { "" }),
            (Txt::FocusFrequency, frequency),
            (Txt::FocusPricingCategory, pricing),
            (Txt::FocusProvider, "AWS"),
            (Txt::FocusConsumedUnit, if usage { &unit } else { "" }),
            (Txt::FocusPricingUnit, if usage { &unit } else { "" }),
        ],
    );
}

fn commitment(pool: &mut Pool, template: &mut Template) {
    let (reserved, plan) = (template.get(Txt::RiArn), template.get(Txt::SpArn));
    if reserved == 0 && plan == 0 {
        return;
    }
    let status = match template.kind {
        LineType::DiscountedUsage | LineType::SavingsPlanCoveredUsage => "Used",
        LineType::RiFee | LineType::SavingsPlanRecurringFee => "Unused",
        _ => "",
    };
    let (category, kind, unit) =
        if plan == 0 { ("Usage", "Reserved Instance", "Hrs") } else { ("Spend", "Savings Plan", "USD") };
    template.set_id(Txt::FocusCommitmentId, if plan == 0 { reserved } else { plan });
    template.set_all(
        pool,
        &[
            (Txt::FocusCommitmentCategory, category),
            (Txt::FocusCommitmentType, kind),
            (Txt::FocusCommitmentUnit, unit),
            (Txt::FocusCommitmentStatus, status),
        ],
    );
}

fn service(pool: &mut Pool, template: &mut Template, catalog: &Catalog) {
    let code = pool.get(template.get(Txt::ProductCode)).to_owned();
    match catalog.products.get(&code) {
        Some(product) => template.set_all(
            pool,
            &[
                (Txt::FocusServiceName, &product.service),
                (Txt::FocusServiceCategory, &product.category),
                (Txt::FocusSubcategory, &product.subcategory),
            ],
        ),
        None => {
            template.set_id(Txt::FocusServiceName, template.get(Txt::ProductName));
            template.set(pool, Txt::FocusServiceCategory, "Other");
            template.set(pool, Txt::FocusSubcategory, "Other (Other)");
        }
    }
    let resource = pool.get(template.get(Txt::ResourceId)).to_owned();
    let kind = match (resource.split(':').nth(2), resource.get(..2)) {
        (_, Some("i-")) => "instance",
        (_, Some("vo")) if resource.starts_with("vol-") => "volume",
        (Some(service), _) => service,
        _ if code == "AmazonS3" => "bucket",
        _ => "",
    };
    template.set(pool, Txt::FocusResourceType, if resource.is_empty() { "" } else { kind });
}
