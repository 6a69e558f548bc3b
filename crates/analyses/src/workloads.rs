//! Workloads: the clusters, groups and environments that instances and tasks ran for, told from the tags that AWS and its
//! tools write.
//!
//! A row belongs to the first kind that its tags name, so that no hour counts twice. An instance-hour that is split over
//! several rows (reservation, plan, on demand) is one hour: hours are sums of usage, and instances are distinct resources,
//! never rows.

use model::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// What runs workloads, in the order in which tags are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A cluster of EKS.
    Eks,
    /// A cluster of Kubernetes that somebody runs.
    Kubernetes,
    /// Instances of an ECS cluster.
    Ecs,
    /// Tasks and pods without instances.
    Fargate,
    /// A cluster of EMR.
    Emr,
    /// An environment of Elastic Beanstalk.
    Beanstalk,
    /// An Auto Scaling group.
    Asg,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Eks, Self::Kubernetes, Self::Ecs, Self::Fargate, Self::Emr, Self::Beanstalk, Self::Asg];

    /// Its name, as JSON has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Eks => "eks",
            Self::Kubernetes => "kubernetes",
            Self::Ecs => "ecs",
            Self::Fargate => "fargate",
            Self::Emr => "emr",
            Self::Beanstalk => "beanstalk",
            Self::Asg => "asg",
        }
    }

    /// The kind of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether it runs containers; the others are elastic applications.
    pub const fn is_of_containers(self) -> bool {
        matches!(self, Self::Eks | Self::Kubernetes | Self::Ecs | Self::Fargate)
    }
}

/// Tags whose value is the workload's name, in order; as folded by [`fold`].
const NAMED: [(Kind, &[&str]); 5] = [
    (Kind::Eks, &["aws_eks_cluster_name", "eks_cluster_name", "alpha_eksctl_io_cluster_name"]),
    (Kind::Ecs, &["aws_ecs_clustername"]),
    (Kind::Emr, &["aws_elasticmapreduce_job_flow_id"]),
    (Kind::Beanstalk, &["elasticbeanstalk_environment_name"]),
    (Kind::Asg, &["aws_autoscaling_groupname"]),
];
/// Begin of the key of a tag that names a cluster of Kubernetes, as people write it and as columns of Parquet files fold it.
const CLUSTER: [&str; 2] = ["kubernetes.io/cluster/", "kubernetes_io_cluster_"];

/// A key as names of columns have it: reports in Parquet fold those of users so.
fn fold(key: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    key.chars().map(plain).collect()
}

/// The workload that tags name, which are a JSON object.
pub fn of_tags(tags: &str) -> Option<(Kind, String)> {
    let tags: BTreeMap<String, String> = serde_json::from_str(tags).ok()?;
    let folded: HashMap<String, &str> = tags
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(key, value)| (fold(key), value.as_str()))
        .collect();
    let named = |kinds: &[Kind]| {
        let known = NAMED.iter().filter(|(kind, _)| kinds.contains(kind));
        known
            .flat_map(|(kind, keys)| keys.iter().map(move |key| (*kind, *key)))
            .find_map(|(kind, key)| folded.get(key).map(|value| (kind, (*value).to_owned())))
    };
    let cluster = || {
        let name =
            |key: &String| CLUSTER.iter().find_map(|begin| key.strip_prefix(begin)).map(ToOwned::to_owned);
        tags.keys().find_map(name).filter(|name| !name.is_empty()).map(|name| (Kind::Kubernetes, name))
    };
    named(&[Kind::Eks])
        .or_else(cluster)
        .or_else(|| named(&[Kind::Ecs, Kind::Emr, Kind::Beanstalk, Kind::Asg]))
}

/// What a task or pod without instances ran for: its cluster's tag, else what its ARN says.
fn of_task(tags: Option<&str>, resource: &str) -> String {
    let tagged = tags.and_then(of_tags).filter(|(kind, _)| kind.is_of_containers()).map(|(_, name)| name);
    // arn:aws:ecs:REGION:ACCOUNT:task/CLUSTER/ID, arn:aws:eks:REGION:ACCOUNT:pod/CLUSTER/NAMESPACE/NAME/ID
    let mut parts = resource.split('/').skip(1);
    tagged.unwrap_or_else(|| match (parts.next(), parts.next()) {
        (Some(cluster), Some(_)) => cluster.to_owned(),
        _ => String::new(),
    })
}

/// How hours were bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// At public prices.
    OnDemand,
    /// At spot prices.
    Spot,
    /// By a reservation or a savings plan.
    Covered,
}

/// Sums of the rows of one instance or task with the same tags.
#[derive(Clone, Debug)]
pub struct Row {
    /// Account.
    pub account: Arc<str>,
    /// Region; empty: none.
    pub region: Arc<str>,
    /// The instance or task; empty: the report names none.
    pub resource: Arc<str>,
    /// Type of the instance; empty: none.
    pub instance_type: Arc<str>,
    /// Tags, a JSON object.
    pub tags: Option<Arc<str>>,
    /// Whether it is a task or pod without instances.
    pub fargate: bool,
    /// How it was bought.
    pub way: Way,
    /// Hours: of instances, or of the processors of tasks.
    pub hours: Decimal,
    /// Amortized cost.
    pub cost: Decimal,
}

/// A workload in an account and region.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identity {
    /// What runs it.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// Account.
    pub account: Arc<str>,
    /// Region; empty: none.
    pub region: Arc<str>,
}

/// What a workload came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Amortized cost of its instances or tasks.
    pub cost: Decimal,
    /// Of it, at public prices.
    pub on_demand: Decimal,
    /// Of it, at spot prices.
    pub spot: Decimal,
    /// Hours of instances; of Fargate hours of processors.
    pub hours: Decimal,
    /// Of them, at public prices.
    pub on_demand_hours: Decimal,
    /// Distinct instances or tasks.
    pub resources: BTreeSet<Arc<str>>,
    /// Their types.
    pub instance_types: BTreeSet<Arc<str>>,
}

/// Workloads, in the order of kinds, names, accounts and regions. Rows of none are left out.
pub fn workloads(rows: impl Iterator<Item = Row>) -> BTreeMap<Identity, Sums> {
    let mut known: HashMap<Arc<str>, Option<(Kind, String)>> = HashMap::new();
    let mut found: BTreeMap<Identity, Sums> = BTreeMap::new();
    for row in rows {
        let (kind, name) = if row.fargate {
            (Kind::Fargate, of_task(row.tags.as_deref(), &row.resource))
        } else {
            let tags = row.tags.as_ref();
            let of =
                tags.and_then(|tags| known.entry(Arc::clone(tags)).or_insert_with(|| of_tags(tags)).clone());
            let Some(of) = of else { continue };
            of
        };
        let sums =
            found.entry(Identity { kind, name, account: row.account, region: row.region }).or_default();
        sums.cost += row.cost;
        sums.hours += row.hours;
        match row.way {
            Way::OnDemand => {
                sums.on_demand += row.cost;
                sums.on_demand_hours += row.hours;
            }
            Way::Spot => sums.spot += row.cost,
            Way::Covered => {}
        }
        if !row.resource.is_empty() {
            sums.resources.insert(row.resource);
        }
        if !row.instance_type.is_empty() {
            sums.instance_types.insert(row.instance_type);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_kind_wins() {
        for (tags, kind, name) in [
            (
                r#"{"aws:eks:cluster-name":"a","aws:autoscaling:groupName":"b","kubernetes.io/cluster/c":"owned"}"#,
                Kind::Eks,
                "a",
            ),
            (r#"{"eks:cluster-name":"a","aws:autoscaling:groupName":"b"}"#, Kind::Eks, "a"),
            (r#"{"alpha.eksctl.io/cluster-name":"a"}"#, Kind::Eks, "a"),
            (
                r#"{"aws:autoscaling:groupName":"b","kubernetes.io/cluster/c-d":"owned"}"#,
                Kind::Kubernetes,
                "c-d",
            ),
            // As columns of Parquet files spell it.
            (r#"{"kubernetes_io_cluster_c_d":"shared"}"#, Kind::Kubernetes, "c_d"),
            (r#"{"aws:ecs:clusterName":"e","aws:autoscaling:groupName":"b"}"#, Kind::Ecs, "e"),
            (
                r#"{"aws:elasticmapreduce:job-flow-id":"j-1","elasticbeanstalk:environment-name":"x"}"#,
                Kind::Emr,
                "j-1",
            ),
            (
                r#"{"elasticbeanstalk:environment-name":"x","aws:autoscaling:groupName":"b"}"#,
                Kind::Beanstalk,
                "x",
            ),
            (r#"{"elasticbeanstalk_environment_name":"x"}"#, Kind::Beanstalk, "x"),
            (r#"{"aws:autoscaling:groupName":"b","Name":"n"}"#, Kind::Asg, "b"),
        ] {
            assert_eq!(of_tags(tags), Some((kind, name.to_owned())), "{tags}");
        }
        assert_eq!(of_tags(r#"{"Name":"n","aws:eks:cluster-name":""}"#), None);
        assert_eq!(of_tags("no object"), None);
    }

    fn row(resource: &str, tags: &str, way: Way, hours: &str, cost: &str) -> Row {
        Row {
            account: "1".into(),
            region: "eu-west-1".into(),
            resource: resource.into(),
            instance_type: "m5.large".into(),
            tags: Some(tags.into()),
            fargate: false,
            way,
            hours: hours.parse().unwrap(),
            cost: cost.parse().unwrap(),
        }
    }

    #[test]
    fn a_covered_hour_that_is_split_is_one_hour_of_one_instance() {
        // One hour: 0.4 by a plan (0.03), 0.6 on demand (0.0576). Another instance: a spot hour (0.04).
        let tags = r#"{"aws:autoscaling:groupName":"web"}"#;
        let rows = [
            row("i-1", tags, Way::Covered, "0.4", "0.03"),
            row("i-1", tags, Way::OnDemand, "0.6", "0.0576"),
            row("i-2", tags, Way::Spot, "1", "0.04"),
            row("i-3", r#"{"Name":"alone"}"#, Way::OnDemand, "1", "0.096"),
        ];
        let found = workloads(rows.into_iter());
        let (identity, sums) = found.first_key_value().unwrap();
        assert_eq!((found.len(), identity.kind, identity.name.as_str()), (1, Kind::Asg, "web"));
        let words = |sum: Decimal| sum.to_string();
        assert_eq!(words(sums.hours), "2");
        assert_eq!(words(sums.cost), "0.1276");
        assert_eq!((words(sums.on_demand), words(sums.spot)), ("0.0576".to_owned(), "0.04".to_owned()));
        assert_eq!(words(sums.on_demand_hours), "0.6");
        assert_eq!(sums.resources.len(), 2);
    }

    #[test]
    fn tasks_are_of_their_cluster() {
        let arn = "arn:aws:ecs:eu-west-1:1:task/web/0123";
        let task = |resource: &str, tags: Option<&str>| of_task(tags, resource);
        assert_eq!(task(arn, None), "web");
        assert_eq!(task(arn, Some(r#"{"aws:ecs:clusterName":"tagged"}"#)), "tagged");
        assert_eq!(task("arn:aws:eks:eu-west-1:1:pod/cluster/space/name/uid", None), "cluster");
        // An old form without the cluster.
        assert_eq!(task("arn:aws:ecs:eu-west-1:1:task/0123", None), "");
    }
}
