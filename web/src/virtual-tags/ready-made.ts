import type { NewVirtualTag, TagCondition, TagRule } from "../api/types";

/** A virtual tag to start from. */
export interface ReadyMade {
  name: string;
  description: string;
  rules: TagRule[];
}

const when = (dimension: string, operator: TagCondition["operator"], ...values: string[]): TagCondition => ({
  dimension,
  operator,
  values,
});
const rule = (value: string, ...conditions: TagCondition[]): TagRule => ({ value, conditions });
const product = (...codes: string[]) => when("product_code", "is", ...codes);
const ec2 = product("AmazonEC2");

/** Usage types of running instances, after the code of their region. */
const instances = when(
  "usage_type",
  "matches",
  "(^|-)(BoxUsage|SpotUsage|DedicatedUsage|DedicatedRes|UnusedBox|UnusedDed|HostUsage|HostBoxUsage|ReservedHostUsage|SchedUsage|HeavyUsage)",
);
const transfer = when(
  "usage_type",
  "matches",
  "DataTransfer|DataXfer|-Bytes$|-(In|Out)-Bytes|InterRegion|LoadBalancing",
);

/** EC2 in its parts: the instances, and what Cost Explorer sums up as EC2-Other. */
const ec2Parts: ReadyMade = {
  name: "EC2 in parts",
  description: "Instances apart from disks, NAT gateways, transfer and addresses",
  rules: [
    rule("EC2 instances", ec2, instances),
    rule("EBS volumes and snapshots", ec2, when("usage_type", "contains", "EBS:", "EBSOptimized")),
    rule("NAT gateways", ec2, when("usage_type", "contains", "NatGateway")),
    rule("IP addresses", ec2, when("usage_type", "contains", "ElasticIP", "PublicIPv4")),
    rule("CPU credits", ec2, when("usage_type", "contains", "CPUCredits")),
    rule("EC2 data transfer", ec2, transfer),
    rule("Load balancing", product("AWSELB")),
    rule("Other EC2", ec2),
    rule("Other services", when("product_code", "is_not", "AmazonEC2", "AWSELB")),
  ],
};

/** Services under the names of Cost Explorer. All others have the names that they have here. */
function costExplorer(services: readonly string[]): ReadyMade {
  const others = services
    .filter((service) => service !== "" && service !== "Amazon Elastic Compute Cloud")
    .map((service) => rule(service, when("service", "is", service)));
  return {
    name: "Cost Explorer service",
    description: "EC2-Instances, EC2-Other, EC2-ELB and Tax as Cost Explorer has them; all others by service",
    rules: [
      rule("Tax", when("line_item_type", "is", "Tax")),
      rule("EC2-Instances", ec2, instances),
      rule("EC2-ELB", product("AWSELB")),
      rule("EC2-Other", ec2),
      ...others,
    ],
  };
}

/** The areas that CUDOS has a tab for. */
const cudos: ReadyMade = {
  name: "CUDOS area",
  description: "Compute, storage, databases, networking and the other tabs of the CUDOS dashboard",
  rules: [
    rule("Tax and support", when("charge_type", "is", "Tax", "Support")),
    rule("Compute", ec2, instances),
    rule("Storage and backup", ec2, when("usage_type", "contains", "EBS:")),
    rule("Data transfer and networking", transfer),
    rule(
      "Data transfer and networking",
      ec2,
      when("usage_type", "contains", "NatGateway", "ElasticIP", "PublicIPv4"),
    ),
    rule(
      "Data transfer and networking",
      product(
        "AWSDataTransfer",
        "AmazonVPC",
        "AWSELB",
        "AmazonCloudFront",
        "AmazonRoute53",
        "AWSDirectConnect",
        "AWSGlobalAccelerator",
        "AmazonApiGateway",
        "AWSNetworkFirewall",
        "AWSPrivateLink",
        "AWSTransitGateway",
      ),
    ),
    rule(
      "Compute",
      product(
        "AmazonEC2",
        "AWSLambda",
        "AmazonECS",
        "AmazonEKS",
        "AmazonECR",
        "AmazonLightsail",
        "AWSBatch",
        "AWSAppRunner",
        "ComputeSavingsPlans",
        "EC2InstanceSavingsPlans",
      ),
    ),
    rule(
      "Storage and backup",
      product(
        "AmazonS3",
        "AmazonEFS",
        "AmazonFSx",
        "AmazonGlacier",
        "AmazonS3GlacierDeepArchive",
        "AWSBackup",
        "AWSStorageGateway",
        "AWSDataSync",
      ),
    ),
    rule(
      "Databases",
      product(
        "AmazonRDS",
        "AmazonDynamoDB",
        "AmazonElastiCache",
        "AmazonES",
        "AmazonDocDB",
        "AmazonNeptune",
        "AmazonMemoryDB",
        "AmazonTimestream",
        "AmazonDAX",
        "AmazonMCS",
        "AWSDatabaseMigrationSvc",
      ),
    ),
    rule(
      "Analytics",
      product(
        "AmazonAthena",
        "AWSGlue",
        "ElasticMapReduce",
        "AmazonRedshift",
        "AmazonKinesis",
        "AmazonKinesisFirehose",
        "AmazonKinesisAnalytics",
        "AmazonQuickSight",
        "AWSLakeFormation",
      ),
    ),
    rule("AI and machine learning", product("AmazonSageMaker", "MachineLearningSavingsPlans")),
    rule(
      "AI and machine learning",
      when(
        "product_code",
        "starts_with",
        "AmazonBedrock",
        "AmazonQ",
        "AmazonRekognition",
        "AmazonTextract",
        "AmazonTranscribe",
        "AmazonPolly",
        "AmazonLex",
        "comprehend",
        "translate",
      ),
    ),
    rule(
      "Monitoring",
      product(
        "AmazonCloudWatch",
        "AWSXRay",
        "AWSCloudTrail",
        "AWSConfig",
        "AmazonPrometheus",
        "AmazonGrafana",
      ),
    ),
    rule(
      "Security",
      product(
        "AmazonGuardDuty",
        "AWSSecurityHub",
        "AmazonInspectorV2",
        "AmazonMacie",
        "AmazonDetective",
        "awswaf",
        "AWSShield",
        "awskms",
        "AWSSecretsManager",
        "AmazonCognito",
        "AWSCertificateManager",
        "AWSFirewallManager",
      ),
    ),
    rule(
      "Messaging",
      product(
        "AWSQueueService",
        "AmazonSNS",
        "AmazonMSK",
        "AmazonMQ",
        "AWSEvents",
        "AmazonStates",
        "AmazonSES",
        "AmazonPinpoint",
      ),
    ),
    rule(
      "End user computing",
      product("AmazonWorkSpaces", "AmazonAppStream", "AmazonConnect", "AmazonWorkDocs", "AmazonChime"),
    ),
    rule("Media", when("product_code", "starts_with", "AWSElemental", "AmazonIVS", "AmazonETS")),
    rule("Marketplace", when("charge_type", "is", "Marketplace")),
  ],
};

/** The virtual tags that can be started from; one of them is made of the services that the bill has. */
export function readyMade(services: readonly string[]): ReadyMade[] {
  return [ec2Parts, costExplorer(services), cudos];
}

export function asNew({ name, rules }: ReadyMade): NewVirtualTag {
  return { name, rules };
}
