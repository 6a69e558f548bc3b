//! Three incidents whose causes are known: what a detector must find, and what an explanation must say.

use super::builder::Builder;
use super::catalog::{Scope, Shape};
use super::instances::{Engine, Fleet, Os, Workload, instance_type};
use super::series::Series;
use super::sizing::{charge, monthly};
use crate::calendar::Hour;
use crate::fixed::{MONEY, mul_div};
use crate::text::Txt;

/// Something that went wrong.
#[derive(Debug, Clone)]
pub(crate) struct Incident {
    pub(crate) name: &'static str,
    pub(crate) start: Hour,
    pub(crate) end: Hour,
    pub(crate) account: String,
    pub(crate) service: String,
    pub(crate) usage_type: String,
    pub(crate) resource: String,
    pub(crate) cause: &'static str,
    /// The series at fault.
    pub(crate) series: Vec<u32>,
}

/// How many series at the end of the list belong to incidents: one, a cluster, one.
const CLUSTER: usize = 4;

/// Adds the series that will go wrong, quiet as yet.
pub(crate) fn quiet_series(builder: &mut Builder, series: &mut Vec<Series>, first: Hour, last: Hour) {
    let find =
        |builder: &Builder, code: &str, usage: &str| builder.catalog.find(code, usage, "").unwrap_or(0);
    // The gateway comes with its bytes, which are what goes wrong.
    let nat = find(builder, "AmazonEC2", "NatGateway-Hours");
    let logs = find(builder, "AmazonCloudWatch", "DataProcessing-Bytes");
    let bill = daily_bill(series, first, last);
    let kind = match bill / MONEY {
        ..900 => "g4dn.xlarge",
        900..6000 => "g5.12xlarge",
        _ => "g5.48xlarge",
    };
    for index in [nat, logs] {
        let known = series.len();
        charge(builder, series, index, first, last);
        for one in &mut series[known..] {
            (one.birth, one.death) = (first - 10_000, last + 10_000);
        }
    }
    let fleet = Fleet {
        name: "llm-finetune",
        weight: 0,
        engine: Engine::Ec2,
        types: &[],
        os: &[Os::Linux],
        shape: Shape::Flat,
        scope: Scope::Ml,
        workload: Workload::Asg,
        region: Some(1),
        several: false,
    };
    let account = builder.accounts.iter().position(|account| account.scope == Scope::Ml).unwrap_or(0);
    for _ in 0..CLUSTER {
        let kind = instance_type(kind);
        let price = kind.price * (MONEY / 10_000);
        let line = builder.instance(
            &fleet,
            kind,
            Os::Linux,
            (account, &super::world::REGIONS[1], "feature-store"),
            price,
            price,
        );
        let template = builder.push(line);
        let mut one = series[0].clone();
        one.key = crate::mix::mix2(builder.rng.next(), 13);
        one.template = template;
        one.account = u16::try_from(account).unwrap_or(0);
        one.rate = price;
        one.list_rate = price;
        one.shape = Shape::Flat;
        one.whole = true;
        one.pods = Vec::new();
        // Not there before it goes wrong.
        (one.birth, one.death) = (last + 10_000, last + 20_000);
        series.push(one);
    }
}

/// What an ordinary day costs.
fn daily_bill(series: &[Series], first: Hour, last: Hour) -> i64 {
    let at = i32::midpoint(first, last);
    series.iter().filter(|one| one.birth <= at && one.death > at).map(|one| monthly(one, at)).sum::<i64>()
        / 30
}

/// Lets the incidents happen; call once the steps are known.
pub(crate) fn stage(builder: &Builder, series: &mut [Series], first: Hour, last: Hour) -> Vec<Incident> {
    let count = series.len();
    let (nat, logs, cluster) = (count - CLUSTER - 2, count - CLUSTER - 1, count - CLUSTER..count);
    let span = last - first;
    // Whole days before the end of the data, closer together when there is little time.
    let ago =
        |days: i32, share: i32| last.div_euclid(24) * 24 - (days * 24).min(span * share / 100 / 24 * 24);
    let bill = daily_bill(&series[..count - CLUSTER], first, last);
    let at = i32::midpoint(first, last);
    let boost = |one: &mut Series, start: Hour, end: Hour, share: i64| {
        let usual = (monthly(one, at) / 30).max(1);
        let factor = 1000 + mul_div(mul_div(bill, share, 100), 1000, usual).min(4_000_000);
        one.boost = Some((start, end, factor));
    };
    let spans = [(ago(10, 40), ago(7, 25)), (ago(63, 70), ago(51, 50)), (ago(118, 90), ago(114, 75))];
    boost(&mut series[nat], spans[0].0, spans[0].1, 22);
    boost(&mut series[logs], spans[2].0, spans[2].1, 14);
    for number in cluster.clone() {
        series[number].birth = spans[1].0 + 17;
        series[number].death = spans[1].1 + 9;
    }
    let describe = |name, number: usize, start, end, cause, members: Vec<u32>| {
        let line = &builder.templates[series[number].template as usize];
        let text = |field| builder.pool.get(line.get(field)).to_owned();
        Incident {
            name,
            start,
            end,
            account: text(Txt::UsageAccountId),
            service: text(Txt::ProductCode),
            usage_type: text(Txt::UsageType),
            resource: text(Txt::ResourceId),
            cause,
            series: members,
        }
    };
    let id = |number: usize| u32::try_from(number).unwrap_or(0);
    vec![
        describe(
            "nat-spike",
            nat,
            spans[0].0,
            spans[0].1,
            "An S3 gateway endpoint was removed with a route table: backups went through the NAT gateway until it was restored.",
            vec![id(nat)],
        ),
        describe(
            "forgotten-gpu-cluster",
            cluster.start,
            spans[1].0 + 17,
            spans[1].1 + 9,
            "A GPU cluster started for one fine-tuning run was left on until somebody read the bill.",
            cluster.clone().map(id).collect(),
        ),
        describe(
            "log-loop",
            logs,
            spans[2].0,
            spans[2].1,
            "A function logged its own log events: every line written caused another one.",
            vec![id(logs)],
        ),
    ]
}
