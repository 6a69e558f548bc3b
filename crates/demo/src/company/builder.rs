//! Makes templates: the text of line items, shared by usage, fees, commitments and discounts.

use super::catalog::{Catalog, Charge};
use super::instances::{Engine, Fleet, InstanceType, Os, Workload, current, family, normalization};
use super::world::{Account, COMPANY, REGIONS, Region, tag};
use crate::error::DemoError;
use crate::fixed::{MONEY_SCALE, text};
use crate::mix::{Rng, mix};
use crate::row::net;
use crate::text::{Lifecycle, LineType, Pool, Template, Txt};

/// The company under construction.
#[derive(Debug)]
pub(crate) struct Builder {
    pub(crate) pool: Pool,
    pub(crate) templates: Vec<Template>,
    pub(crate) catalog: Catalog,
    pub(crate) accounts: Vec<Account>,
    pub(crate) rng: Rng,
}

/// A hash of text, for figures that belong to a name (SKUs, prices' codes).
pub(crate) fn name_seed(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| mix(hash ^ u64::from(byte)))
}

impl Builder {
    pub(crate) fn new(seed: u64, accounts: Vec<Account>) -> Result<Self, DemoError> {
        // Template 0 stands for "none".
        let nothing = Template::new(LineType::Usage, Lifecycle::Other);
        Ok(Self {
            pool: Pool::new(),
            templates: vec![nothing],
            catalog: Catalog::load()?,
            accounts,
            rng: Rng::new(seed),
        })
    }

    /// Stores a template.
    pub(crate) fn push(&mut self, template: Template) -> u32 {
        self.templates.push(template);
        u32::try_from(self.templates.len() - 1).expect("fewer than 2^32 templates")
    }

    /// A line of an account for a product, with everything that every line has.
    pub(crate) fn line(
        &mut self,
        kind: LineType,
        lifecycle: Lifecycle,
        account: usize,
        code: &str,
    ) -> Template {
        let mut line = Template::new(kind, lifecycle);
        let pool = &mut self.pool;
        let owner = &self.accounts[account];
        line.set_all(
            pool,
            &[
                (Txt::InvoicingEntity, "Amazon Web Services, Inc."),
                (Txt::LegalEntity, "Amazon Web Services, Inc."),
                (Txt::BillingEntity, "AWS"),
                (Txt::BillType, "Anniversary"),
                (Txt::PayerAccountId, &self.accounts[0].id),
                (Txt::PayerName, &format!("{COMPANY} (payer)")),
                (Txt::UsageAccountId, &owner.id),
                (Txt::AccountName, owner.name),
                (Txt::LineItemType, kind.name()),
                (Txt::ProductCode, code),
                (Txt::CurrencyCode, "USD"),
                (Txt::PricingCurrency, "USD"),
                (Txt::ServiceCode, code),
            ],
        );
        if let Some(product) = self.catalog.products.get(code) {
            line.set(pool, Txt::ProductName, &product.name);
            line.set(pool, Txt::ServiceNameAws, &product.service);
        }
        line
    }

    /// Writes usage type, operation, unit, SKU, region and the rates of a usage line.
    pub(crate) fn usage(
        &mut self,
        line: &mut Template,
        region: Option<&Region>,
        usage: &str,
        operation: &str,
        unit: &str,
    ) {
        let mut of_sku = Rng::new(name_seed(&format!("{usage}|{operation}")));
        let sku = of_sku.upper(16);
        let rate_text = text(i128::from(line.rate), MONEY_SCALE);
        let list_text = text(i128::from(line.list_rate.unwrap_or(line.rate)), MONEY_SCALE);
        let pool = &mut self.pool;
        line.set_all(
            pool,
            &[
                (Txt::UsageType, usage),
                (Txt::ProductUsageType, usage),
                (Txt::Operation, operation),
                (Txt::ProductOperation, operation),
                (Txt::PricingUnit, unit),
                (Txt::PricingTerm, "OnDemand"),
                (Txt::Sku, &sku),
                (Txt::RateCode, &format!("{sku}.JRTCKXETXF.6YS6EN2CT7")),
                (Txt::RateId, &(of_sku.next() % 10_000_000_000).to_string()),
                (Txt::UnblendedRate, &rate_text),
                (Txt::BlendedRate, &rate_text),
                (Txt::PublicOnDemandRate, &list_text),
                (Txt::NetUnblendedRate, &text(i128::from(net(line.rate)), MONEY_SCALE)),
            ],
        );
        if let Some(region) = region {
            line.set_all(
                pool,
                &[
                    (Txt::Region, region.id),
                    (Txt::RegionCode, region.id),
                    (Txt::Location, region.name),
                    (Txt::LocationType, "AWS Region"),
                    (Txt::FocusRegionName, region.name),
                ],
            );
        }
    }

    /// A line of the catalogue in an account and region; `of` is a template of the same resource.
    pub(crate) fn charge(
        &mut self,
        charge: &Charge,
        (account, region, app): (usize, &Region, &str),
        rate: i64,
        compute: bool,
        of: Option<u32>,
    ) -> Template {
        let lifecycle = if compute { Lifecycle::OnDemand } else { Lifecycle::Other };
        let mut line = self.line(LineType::Usage, lifecycle, account, &charge.code);
        line.rate = rate;
        line.list_rate = Some(rate);
        let global = charge.usage.starts_with('=');
        let usage = match (charge.usage.strip_prefix('^'), charge.usage.strip_prefix('=')) {
            (Some(rest), _) => format!("{}{rest}", region.prefix),
            (_, Some(rest)) => rest.to_owned(),
            _ => format!("{}{}", region.old_prefix, charge.usage),
        };
        self.usage(&mut line, (!global).then_some(region), &usage, &charge.operation, &charge.unit);
        line.set(&mut self.pool, Txt::ProductFamily, &charge.family);
        for (key, value) in &charge.attributes {
            let name = format!("product/{key}");
            if let Some(field) = Txt::ALL.iter().find(|field| field.name() == name) {
                line.set(&mut self.pool, *field, value);
            }
        }
        if line.get(Txt::TransferType) != 0 && !global && line.get(Txt::FromLocation) == 0 {
            line.set_all(
                &mut self.pool,
                &[
                    (Txt::FromLocation, region.name),
                    (Txt::FromLocationType, "AWS Region"),
                    (Txt::FromRegionCode, region.id),
                ],
            );
        }
        let place = if global { "Global".to_owned() } else { region.name.to_owned() };
        let price = text(i128::from(rate), MONEY_SCALE);
        line.set(
            &mut self.pool,
            Txt::Description,
            &format!("${price} per {} - {} in {place}", charge.unit, charge.family),
        );
        if charge.code == "AmazonECS" || charge.family == "Storage" && charge.code == "AmazonEC2" {
            let zone = format!("{}{}", region.id, ["a", "b", "c"][self.rng.below(3)]);
            line.set(&mut self.pool, Txt::AvailabilityZone, &zone);
        }
        if charge.code == "AmazonECS" {
            line.set_all(&mut self.pool, &[(Txt::TagEcsCluster, "harbor-web"), (Txt::TagEcsService, app)]);
        }
        if charge.code == "ElasticMapReduce" {
            line.set_all(&mut self.pool, &[(Txt::TagEmrFlow, "j-3HARBORETL01"), (Txt::TagEmrRole, "CORE")]);
        }
        if let Some(first) = of {
            // Another charge of a resource that is there: its name, its tags.
            let first = self.templates[first as usize].clone();
            line.set_id(Txt::ResourceId, first.get(Txt::ResourceId));
            for field in Txt::ALL.iter().filter(|field| is_label(field.name())) {
                line.set_id(*field, first.get(*field));
            }
            return line;
        }
        let resource = self.resource(&charge.resource, account, region, app);
        line.set(&mut self.pool, Txt::ResourceId, &resource);
        let owner = self.accounts[account].clone();
        tag(&mut line, &mut self.pool, &mut self.rng, &owner, app, !charge.resource.is_empty());
        line
    }

    /// Fills a resource pattern: `{r}`, `{a}`, `{n}`, `{u}` (UUID), `{xN}` (hex), `{XN}` (upper case).
    fn resource(&mut self, pattern: &str, account: usize, region: &Region, app: &str) -> String {
        let mut out = String::new();
        let mut rest = pattern;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let Some((hole, tail)) = after.split_once('}') else { break };
            match (hole.chars().next(), hole.get(1..).and_then(|digits| digits.parse().ok())) {
                (Some('r'), _) => out.push_str(region.id),
                (Some('a'), _) => out.push_str(&self.accounts[account].id),
                (Some('n'), _) => out.push_str(app),
                (Some('u'), _) => out.push_str(&self.rng.uuid()),
                (Some('x'), Some(digits)) => out.push_str(&self.rng.hex(digits)),
                (Some('X'), Some(digits)) => out.push_str(&self.rng.upper(digits)),
                _ => {}
            }
            rest = tail;
        }
        out.push_str(rest);
        out
    }

    /// A line of an instance. `price` is the on-demand price, `rate` what is charged (less for spot).
    pub(crate) fn instance(
        &mut self,
        fleet: &Fleet,
        kind: InstanceType,
        os: Os,
        at: (usize, &Region, &str),
        price: i64,
        rate: i64,
    ) -> Template {
        let (account, region, app) = at;
        let spot = fleet.engine == Engine::Ec2Spot;
        let (code, word, operation, product) = match fleet.engine {
            Engine::Ec2 => ("AmazonEC2", "BoxUsage", os.operation().to_owned(), "Compute Instance"),
            // Spot rows carry the spot operation with the system's code behind it.
            Engine::Ec2Spot => {
                ("AmazonEC2", "SpotUsage", "RunInstances:SV001".to_owned(), "Compute Instance")
            }
            Engine::Ec2Dedicated => {
                ("AmazonEC2", "DedicatedUsage", os.operation().to_owned(), "Compute Instance")
            }
            Engine::Postgres => {
                ("AmazonRDS", "InstanceUsage", "CreateDBInstance:0014".to_owned(), "Database Instance")
            }
            Engine::MySqlMultiAz => {
                ("AmazonRDS", "Multi-AZUsage", "CreateDBInstance:0002".to_owned(), "Database Instance")
            }
            Engine::Redis => {
                ("AmazonElastiCache", "NodeUsage", "CreateCacheCluster:0002".to_owned(), "Cache Instance")
            }
            Engine::OpenSearch => {
                ("AmazonES", "ESInstance", "ESDomain".to_owned(), "Amazon OpenSearch Service Instance")
            }
            Engine::Redshift => {
                ("AmazonRedshift", "Node", "RunComputeNode:0001".to_owned(), "Compute Instance")
            }
        };
        let lifecycle = if spot { Lifecycle::Spot } else { Lifecycle::OnDemand };
        let mut line = self.line(LineType::Usage, lifecycle, account, code);
        line.rate = rate;
        line.list_rate = Some(price);
        let usage_name = kind.name.trim_end_matches(".search");
        let usage = format!("{}{word}:{usage_name}", region.old_prefix);
        self.usage(&mut line, Some(region), &usage, &operation, "Hrs");
        // Multi-AZ counts twice.
        let factor = match fleet.engine {
            Engine::OpenSearch | Engine::Redshift => 0,
            Engine::MySqlMultiAz => normalization(kind.name) * 2,
            _ => normalization(kind.name),
        };
        line.norm = factor;
        let ec2 = code == "AmazonEC2";
        let resource = match fleet.engine {
            Engine::Ec2 | Engine::Ec2Spot | Engine::Ec2Dedicated => "i-{x17}",
            Engine::Postgres | Engine::MySqlMultiAz => "arn:aws:rds:{r}:{a}:db:{n}-{x4}",
            Engine::Redis => "arn:aws:elasticache:{r}:{a}:cluster:{n}-{x4}",
            Engine::OpenSearch => "arn:aws:es:{r}:{a}:domain/{n}-{x3}",
            Engine::Redshift => "arn:aws:redshift:{r}:{a}:cluster:{n}-{x3}",
        };
        let resource = self.resource(resource, account, region, if ec2 { app } else { fleet.name });
        let zone = format!("{}{}", region.id, ["a", "b", "c"][self.rng.below(3)]);
        let priced = text(i128::from(rate), MONEY_SCALE);
        let description = if spot {
            format!(
                "{} {} Spot Instance-hour in {} in VPC Zone #{}",
                kind.name,
                os.name(),
                region.name,
                1 + self.rng.below(6)
            )
        } else if ec2 {
            format!("${priced} per On Demand {} {} Instance Hour", os.name(), kind.name)
        } else {
            format!(
                "${priced} per {} hour (or partial hour) running {}",
                kind.name,
                line_engine(fleet.engine)
            )
        };
        line.set_all(
            &mut self.pool,
            &[
                (Txt::ResourceId, &resource),
                (Txt::AvailabilityZone, &zone),
                (Txt::Description, &description),
                (Txt::ProductFamily, product),
                (Txt::InstanceType, kind.name),
                (Txt::InstanceFamily, kind.family),
                (Txt::InstanceTypeFamily, family(kind.name)),
                (Txt::Vcpu, &kind.vcpu.to_string()),
                (Txt::Memory, kind.memory),
                (Txt::PhysicalProcessor, kind.processor),
                (Txt::ProcessorArchitecture, "64-bit"),
                (Txt::CurrentGeneration, if current(kind.name) { "Yes" } else { "No" }),
                (Txt::NetworkPerformance, "Up to 10 Gigabit"),
                (Txt::LicenseModel, "No License required"),
            ],
        );
        if factor > 0 {
            line.set(
                &mut self.pool,
                Txt::NormalizationSizeFactor,
                &(factor / crate::fixed::AMOUNT).to_string(),
            );
        }
        if ec2 {
            let tenancy = if fleet.engine == Engine::Ec2Dedicated { "Dedicated" } else { "Shared" };
            line.set_all(
                &mut self.pool,
                &[
                    (Txt::OperatingSystem, os.name()),
                    (Txt::Tenancy, tenancy),
                    (Txt::CapacityStatus, "Used"),
                    (Txt::MarketOption, if spot { "Spot" } else { "OnDemand" }),
                    (Txt::PreInstalledSw, if os == Os::WindowsSql { "SQL Std" } else { "NA" }),
                    (Txt::Storage, "EBS only"),
                    (Txt::ClockSpeed, "3.1 GHz"),
                ],
            );
        } else {
            let engine = line_engine(fleet.engine);
            let field = if fleet.engine == Engine::Redis { Txt::CacheEngine } else { Txt::DatabaseEngine };
            line.set(&mut self.pool, field, engine);
            let option = if fleet.engine == Engine::MySqlMultiAz { "Multi-AZ" } else { "Single-AZ" };
            if code == "AmazonRDS" {
                line.set(&mut self.pool, Txt::DeploymentOption, option);
            }
        }
        self.workload(&mut line, fleet, region);
        let owner = self.accounts[account].clone();
        tag(&mut line, &mut self.pool, &mut self.rng, &owner, app, true);
        let name = format!("{}-{}", fleet.name, self.rng.hex(4));
        line.set(&mut self.pool, Txt::TagName, &name);
        line
    }

    /// The tags that AWS's own services write.
    fn workload(&mut self, line: &mut Template, fleet: &Fleet, region: &Region) {
        let group = format!("{}-{}", fleet.name, region.id);
        let number = self.rng.below(3) + 1;
        let pairs: Vec<(Txt, String)> = match fleet.workload {
            Workload::Plain => vec![],
            Workload::Asg => vec![(Txt::TagAsg, format!("{group}-asg"))],
            Workload::Eks => vec![
                (Txt::TagAsg, format!("eks-{group}-{number}")),
                (Txt::TagEksCluster, "harbor-prod".to_owned()),
                (Txt::TagKubernetes, "owned".to_owned()),
            ],
            Workload::Kubernetes => vec![(Txt::TagKubernetesEdge, "owned".to_owned())],
            Workload::EcsInstances => {
                vec![(Txt::TagAsg, format!("{group}-ecs")), (Txt::TagEcsCluster, "harbor-jobs".to_owned())]
            }
            Workload::Beanstalk => vec![
                (Txt::TagAsg, format!("awseb-e-{group}")),
                (Txt::TagBeanstalk, format!("portal-env-{number}")),
            ],
            Workload::Emr => vec![
                (Txt::TagEmrFlow, format!("j-3HARBORETL0{number}")),
                (Txt::TagEmrRole, if fleet.engine == Engine::Ec2Spot { "TASK" } else { "CORE" }.to_owned()),
            ],
        };
        for (field, value) in pairs {
            line.set(&mut self.pool, field, &value);
        }
    }
}

/// Whether a field is a tag or a cost category.
fn is_label(name: &str) -> bool {
    name.starts_with("resourceTags/") || name.starts_with("costCategory/")
}

const fn line_engine(engine: Engine) -> &'static str {
    match engine {
        Engine::Postgres => "PostgreSQL",
        Engine::MySqlMultiAz => "MySQL",
        Engine::Redis => "Redis",
        Engine::OpenSearch => "OpenSearch",
        Engine::Redshift => "Redshift",
        _ => "EC2",
    }
}

/// Regions of an account: one of its list.
pub(crate) fn pick_region(rng: &mut Rng, account: &Account) -> &'static Region {
    &REGIONS[rng.pick(account.regions)]
}
