//! Accounts, regions, applications and tags of the demo company, "Harborline Logistics".

use super::catalog::Scope;
use crate::mix::Rng;
use crate::text::{Pool, Template, Txt};

/// A cloud account.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) name: &'static str,
    pub(crate) scope: Scope,
    /// Share of the company's charges.
    pub(crate) weight: usize,
    pub(crate) regions: &'static [usize],
    pub(crate) unit: &'static str,
    pub(crate) environment: &'static str,
    /// Sales tax or VAT in permille, with its name.
    pub(crate) tax: (i64, &'static str),
}

/// A region.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Region {
    pub(crate) id: &'static str,
    /// Usage-type prefix of the oldest services; empty in us-east-1.
    pub(crate) old_prefix: &'static str,
    pub(crate) prefix: &'static str,
    pub(crate) name: &'static str,
    /// Price against us-east-1, in permille.
    pub(crate) price: i64,
}

pub(crate) const REGIONS: &[Region] = &[
    Region { id: "us-east-1", old_prefix: "", prefix: "USE1-", name: "US East (N. Virginia)", price: 1000 },
    Region { id: "us-west-2", old_prefix: "USW2-", prefix: "USW2-", name: "US West (Oregon)", price: 1000 },
    Region { id: "eu-west-1", old_prefix: "EU-", prefix: "EUW1-", name: "EU (Ireland)", price: 1115 },
    Region { id: "eu-central-1", old_prefix: "EUC1-", prefix: "EUC1-", name: "EU (Frankfurt)", price: 1198 },
    Region {
        id: "ap-southeast-2",
        old_prefix: "APS2-",
        prefix: "APS2-",
        name: "Asia Pacific (Sydney)",
        price: 1250,
    },
];

const US: (i64, &str) = (72, "USSalesTax");
const EU: (i64, &str) = (190, "VAT");
const NONE: (i64, &str) = (0, "USSalesTax");

type AccountRow =
    (&'static str, Scope, usize, &'static [usize], &'static str, &'static str, (i64, &'static str));

const ACCOUNTS: &[AccountRow] = &[
    ("harborline-management", Scope::Payer, 1, &[0], "Corporate", "Shared", NONE),
    ("platform-prod", Scope::Prod, 22, &[0, 0, 2], "Platform", "Production", US),
    ("payments-prod", Scope::Prod, 16, &[0, 0, 3], "Payments", "Production", US),
    ("tracking-prod", Scope::Prod, 14, &[0, 1, 3], "Tracking", "Production", US),
    ("warehouse-prod", Scope::Prod, 9, &[0, 1], "Warehouse", "Production", NONE),
    ("customs-eu-prod", Scope::Prod, 7, &[3, 2], "Customs", "Production", EU),
    ("apac-prod", Scope::Prod, 5, &[4], "Tracking", "Production", NONE),
    ("data-lake", Scope::Data, 13, &[0, 0, 2], "Data", "Production", US),
    ("analytics", Scope::Data, 6, &[0], "Data", "Production", NONE),
    ("ml-research", Scope::Ml, 6, &[1, 0], "Data", "Development", NONE),
    ("network-hub", Scope::Net, 3, &[0, 1, 3], "Corporate", "Shared", NONE),
    ("security-audit", Scope::Net, 2, &[0], "Corporate", "Shared", NONE),
    ("shared-services", Scope::Net, 4, &[0, 2], "Platform", "Shared", NONE),
    ("ci-cd", Scope::Any, 5, &[0], "Platform", "Development", NONE),
    ("platform-staging", Scope::Any, 5, &[0], "Platform", "Staging", NONE),
    ("payments-staging", Scope::Any, 3, &[0], "Payments", "Staging", NONE),
    ("tracking-staging", Scope::Any, 3, &[1], "Tracking", "Staging", NONE),
    ("platform-dev", Scope::Any, 4, &[0, 1], "Platform", "Development", NONE),
    ("payments-dev", Scope::Any, 2, &[0], "Payments", "Development", NONE),
    ("tracking-dev", Scope::Any, 2, &[1], "Tracking", "Development", NONE),
    ("sandbox", Scope::Any, 2, &[0, 1, 2], "Corporate", "Development", NONE),
    ("acquired-fleetwise", Scope::Any, 3, &[2], "Fleetwise", "Production", EU),
];

/// The company's name, and its payer's.
pub(crate) const COMPANY: &str = "Harborline Logistics";

const APPS: &[(&str, &str)] = &[
    ("Platform", "api-gateway"),
    ("Platform", "identity"),
    ("Platform", "harbor-web"),
    ("Platform", "notifications"),
    ("Payments", "ledger"),
    ("Payments", "checkout"),
    ("Payments", "invoicing"),
    ("Tracking", "shipment-tracker"),
    ("Tracking", "geo-ingest"),
    ("Tracking", "eta-predictor"),
    ("Warehouse", "inventory"),
    ("Warehouse", "pick-planner"),
    ("Customs", "declarations"),
    ("Customs", "tariff-lookup"),
    ("Data", "event-lake"),
    ("Data", "reporting"),
    ("Data", "feature-store"),
    ("Corporate", "intranet"),
    ("Corporate", "audit-archive"),
    ("Fleetwise", "fleetwise-core"),
];

/// Builds the accounts; the first is the payer.
pub(crate) fn accounts(rng: &mut Rng) -> Vec<Account> {
    ACCOUNTS
        .iter()
        .map(|&(name, scope, weight, regions, unit, environment, tax)| Account {
            id: format!("{:012}", 100_000_000_000 + rng.next() % 899_999_999_999),
            name,
            scope,
            weight,
            regions,
            unit,
            environment,
            tax,
        })
        .collect()
}

/// Picks an account that a charge of `scope` fits in.
pub(crate) fn pick_account(rng: &mut Rng, accounts: &[Account], scope: Scope) -> usize {
    let fits = |account: &Account| match scope {
        Scope::Any => account.scope != Scope::Payer,
        other => account.scope == other,
    };
    let total: usize = accounts.iter().filter(|account| fits(account)).map(|account| account.weight).sum();
    let mut left = rng.below(total);
    for (index, account) in accounts.iter().enumerate().filter(|(_, account)| fits(account)) {
        if left < account.weight {
            return index;
        }
        left -= account.weight;
    }
    0
}

/// Picks an application of the account's business unit.
pub(crate) fn pick_app(rng: &mut Rng, account: &Account) -> &'static str {
    let own: Vec<&'static str> =
        APPS.iter().filter(|(unit, _)| *unit == account.unit).map(|(_, app)| *app).collect();
    own[rng.below(own.len())]
}

/// The ways people really write one value.
fn messy(rng: &mut Rng, value: &str) -> String {
    match rng.below(100) {
        0..=71 => value.to_owned(),
        72..=89 => value.to_lowercase(),
        90..=95 => value.to_uppercase(),
        96..=97 => format!("{value} "),
        _ => format!("{}-team", value.to_lowercase()),
    }
}

/// Writes user tags (with gaps and a mess of cases) and cost categories.
pub(crate) fn tag(
    template: &mut Template,
    pool: &mut Pool,
    rng: &mut Rng,
    account: &Account,
    app: &str,
    resource: bool,
) {
    template.set_all(
        pool,
        &[
            (Txt::CategoryUnit, account.unit),
            (Txt::CategoryEnvironment, account.environment),
            (
                Txt::CategoryLine,
                if matches!(account.unit, "Data" | "Corporate") { "Shared" } else { account.unit },
            ),
        ],
    );
    if !resource || rng.chance(170) {
        return;
    }
    if rng.chance(870) {
        let value = messy(rng, account.unit);
        template.set(pool, Txt::TagTeam, &value);
    }
    if rng.chance(780) {
        let short = match account.environment {
            "Production" => rng.pick(&["Production", "production", "prod", "prod", "Prod"]),
            "Staging" => rng.pick(&["staging", "Staging", "stage"]),
            "Development" => rng.pick(&["dev", "dev", "Development", "test"]),
            other => other,
        };
        template.set(pool, Txt::TagEnvironment, short);
    }
    if rng.chance(700) {
        template.set(pool, Txt::TagApplication, app);
    }
    if rng.chance(560) {
        let center = format!(
            "CC-{}",
            1000 + (account.unit.len() * 137 + usize::from(account.unit.as_bytes()[0]) * 11) % 900
        );
        template.set(pool, Txt::TagCostCenter, &center);
    }
    let people = ["m.okafor", "j.lindqvist", "a.ferreira", "s.tanaka", "r.haddad", "k.novak"];
    // Two keys that differ only in case: rarely both on one resource.
    if rng.chance(380) {
        template.set(pool, Txt::TagOwner, rng.pick(&people));
    }
    if rng.chance(140) {
        template.set(pool, Txt::TagOwnerLower, rng.pick(&people));
    }
    if rng.chance(240) {
        template.set(
            pool,
            Txt::TagProject,
            rng.pick(&["Atlas", "Beacon", "Keel", "Tidewater", "Migration 2026"]),
        );
    }
    if rng.chance(300) {
        template.set(pool, Txt::TagDataClass, rng.pick(&["public", "internal", "confidential", "pci"]));
    }
    if rng.chance(520) {
        template.set(
            pool,
            Txt::TagManagedBy,
            rng.pick(&["terraform", "terraform", "Terraform", "cdk", "console"]),
        );
    }
    if rng.chance(450) {
        let role = format!("AssumedRole:AROA{}:deploy", rng.upper(12));
        template.set(pool, Txt::TagCreatedBy, &role);
    }
    if rng.chance(300) {
        template.set(pool, Txt::TagStack, &format!("{app}-{}", account.environment.to_lowercase()));
    }
}
