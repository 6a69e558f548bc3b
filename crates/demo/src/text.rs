//! The text side of a line item: a pool of strings, and templates that hold everything about a row that does not
//! change from hour to hour.
//!
//! A company of millions of rows has only thousands of templates, so a row is a template's number and a few figures.

use std::collections::HashMap;
use std::sync::Arc;

/// Number of a string in the [`Pool`]; 0 is "no value".
pub(crate) type StrId = u32;

/// All strings of the company, each once.
#[derive(Debug)]
pub(crate) struct Pool {
    strings: Vec<Arc<str>>,
    ids: HashMap<Arc<str>, StrId>,
}

impl Pool {
    pub(crate) fn new() -> Self {
        Self { strings: vec![Arc::from("")], ids: HashMap::from([(Arc::from(""), 0)]) }
    }

    /// The number of a string; the empty string is 0.
    pub(crate) fn id(&mut self, text: &str) -> StrId {
        if let Some(id) = self.ids.get(text) {
            return *id;
        }
        let id = u32::try_from(self.strings.len()).expect("fewer than 2^32 distinct strings");
        let shared: Arc<str> = Arc::from(text);
        self.strings.push(Arc::clone(&shared));
        self.ids.insert(shared, id);
        id
    }

    pub(crate) fn get(&self, id: StrId) -> &str {
        &self.strings[id as usize]
    }

    pub(crate) fn strings(&self) -> &[Arc<str>] {
        &self.strings
    }
}

/// Declares the text fields of a line item with their names in the legacy CSV report.
macro_rules! text_fields {
    ($($variant:ident = $name:literal,)*) => {
        /// A text field that is the same for all rows of a template.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) enum Txt { $($variant,)* }

        impl Txt {
            /// All fields, in report order.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Name in the legacy CSV report (`category/Name`), or in FOCUS (no category).
            pub(crate) const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

text_fields! {
    InvoicingEntity = "bill/InvoicingEntity",
    BillingEntity = "bill/BillingEntity",
    BillType = "bill/BillType",
    PayerAccountId = "bill/PayerAccountId",
    UsageAccountId = "lineItem/UsageAccountId",
    LineItemType = "lineItem/LineItemType",
    ProductCode = "lineItem/ProductCode",
    UsageType = "lineItem/UsageType",
    Operation = "lineItem/Operation",
    AvailabilityZone = "lineItem/AvailabilityZone",
    ResourceId = "lineItem/ResourceId",
    CurrencyCode = "lineItem/CurrencyCode",
    UnblendedRate = "lineItem/UnblendedRate",
    BlendedRate = "lineItem/BlendedRate",
    NetUnblendedRate = "lineItem/NetUnblendedRate",
    Description = "lineItem/LineItemDescription",
    TaxType = "lineItem/TaxType",
    LegalEntity = "lineItem/LegalEntity",
    ProductName = "product/ProductName",
    CacheEngine = "product/cacheEngine",
    CapacityStatus = "product/capacitystatus",
    ClockSpeed = "product/clockSpeed",
    CurrentGeneration = "product/currentGeneration",
    DatabaseEngine = "product/databaseEngine",
    DeploymentOption = "product/deploymentOption",
    Durability = "product/durability",
    FeeDescription = "product/feeDescription",
    FromLocation = "product/fromLocation",
    FromLocationType = "product/fromLocationType",
    FromRegionCode = "product/fromRegionCode",
    Group = "product/group",
    GroupDescription = "product/groupDescription",
    InstanceFamily = "product/instanceFamily",
    InstanceType = "product/instanceType",
    InstanceTypeFamily = "product/instanceTypeFamily",
    LicenseModel = "product/licenseModel",
    Location = "product/location",
    LocationType = "product/locationType",
    MarketOption = "product/marketoption",
    Memory = "product/memory",
    NetworkPerformance = "product/networkPerformance",
    NormalizationSizeFactor = "product/normalizationSizeFactor",
    OperatingSystem = "product/operatingSystem",
    ProductOperation = "product/operation",
    PhysicalProcessor = "product/physicalProcessor",
    PreInstalledSw = "product/preInstalledSw",
    ProcessorArchitecture = "product/processorArchitecture",
    ProductFamily = "product/productFamily",
    Region = "product/region",
    RegionCode = "product/regionCode",
    ServiceCode = "product/servicecode",
    ServiceNameAws = "product/servicename",
    Sku = "product/sku",
    Storage = "product/storage",
    StorageClass = "product/storageClass",
    StorageMedia = "product/storageMedia",
    Tenancy = "product/tenancy",
    ToLocation = "product/toLocation",
    ToLocationType = "product/toLocationType",
    ToRegionCode = "product/toRegionCode",
    TransferType = "product/transferType",
    ProductUsageType = "product/usagetype",
    Vcpu = "product/vcpu",
    VolumeApiName = "product/volumeApiName",
    VolumeType = "product/volumeType",
    LeaseContractLength = "pricing/LeaseContractLength",
    OfferingClass = "pricing/OfferingClass",
    PurchaseOption = "pricing/PurchaseOption",
    RateCode = "pricing/RateCode",
    RateId = "pricing/RateId",
    PricingCurrency = "pricing/currency",
    PublicOnDemandRate = "pricing/publicOnDemandRate",
    PricingTerm = "pricing/term",
    PricingUnit = "pricing/unit",
    RiAvailabilityZone = "reservation/AvailabilityZone",
    RiEndTime = "reservation/EndTime",
    RiModificationStatus = "reservation/ModificationStatus",
    RiNormalizedUnits = "reservation/NormalizedUnitsPerReservation",
    RiNumber = "reservation/NumberOfReservations",
    RiArn = "reservation/ReservationARN",
    RiStartTime = "reservation/StartTime",
    RiSubscriptionId = "reservation/SubscriptionId",
    RiTotalNormalizedUnits = "reservation/TotalReservedNormalizedUnits",
    RiTotalUnits = "reservation/TotalReservedUnits",
    RiUnits = "reservation/UnitsPerReservation",
    SpEndTime = "savingsPlan/EndTime",
    SpFamily = "savingsPlan/InstanceTypeFamily",
    SpOfferingType = "savingsPlan/OfferingType",
    SpPaymentOption = "savingsPlan/PaymentOption",
    SpPurchaseTerm = "savingsPlan/PurchaseTerm",
    SpRegion = "savingsPlan/Region",
    SpArn = "savingsPlan/SavingsPlanARN",
    SpRate = "savingsPlan/SavingsPlanRate",
    SpStartTime = "savingsPlan/StartTime",
    SplitParent = "splitLineItem/ParentResourceId",
    TagAsg = "resourceTags/aws:autoscaling:groupName",
    TagStack = "resourceTags/aws:cloudformation:stack-name",
    TagCreatedBy = "resourceTags/aws:createdBy",
    TagEcsCluster = "resourceTags/aws:ecs:clusterName",
    TagEcsService = "resourceTags/aws:ecs:serviceName",
    TagEksCluster = "resourceTags/aws:eks:cluster-name",
    TagEksNamespace = "resourceTags/aws:eks:namespace",
    TagEksWorkload = "resourceTags/aws:eks:workload-name",
    TagEksWorkloadType = "resourceTags/aws:eks:workload-type",
    TagEmrRole = "resourceTags/aws:elasticmapreduce:instance-group-role",
    TagEmrFlow = "resourceTags/aws:elasticmapreduce:job-flow-id",
    TagApplication = "resourceTags/user:Application",
    TagCostCenter = "resourceTags/user:CostCenter",
    TagDataClass = "resourceTags/user:DataClass",
    TagEnvironment = "resourceTags/user:Environment",
    TagManagedBy = "resourceTags/user:ManagedBy",
    TagName = "resourceTags/user:Name",
    TagOwner = "resourceTags/user:Owner",
    TagProject = "resourceTags/user:Project",
    TagTeam = "resourceTags/user:Team",
    TagBeanstalk = "resourceTags/user:elasticbeanstalk:environment-name",
    TagKubernetesEdge = "resourceTags/user:kubernetes.io/cluster/harbor-edge",
    TagKubernetes = "resourceTags/user:kubernetes.io/cluster/harbor-prod",
    TagOwnerLower = "resourceTags/user:owner",
    CategoryUnit = "costCategory/Business Unit",
    CategoryEnvironment = "costCategory/Environment",
    CategoryLine = "costCategory/Product Line",
    AccountName = "line_item_usage_account_name",
    PayerName = "bill_payer_account_name",
    MapProduct = "product",
    MapTags = "resource_tags",
    MapCategories = "cost_category",
    FocusAccountType = "SubAccountType",
    FocusCategory = "ChargeCategory",
    FocusClass = "ChargeClass",
    FocusFrequency = "ChargeFrequency",
    FocusCommitmentCategory = "CommitmentDiscountCategory",
    FocusCommitmentId = "CommitmentDiscountId",
    FocusCommitmentType = "CommitmentDiscountType",
    FocusCommitmentUnit = "CommitmentDiscountUnit",
    FocusCommitmentStatus = "CommitmentDiscountStatus",
    FocusConsumedUnit = "ConsumedUnit",
    FocusPricingCategory = "PricingCategory",
    FocusPricingUnit = "PricingUnit",
    FocusProvider = "ProviderName",
    FocusRegionName = "RegionName",
    FocusResourceType = "ResourceType",
    FocusServiceCategory = "ServiceCategory",
    FocusServiceName = "ServiceName",
    FocusSubcategory = "ServiceSubcategory",
    FocusSkuDetails = "SkuPriceDetails",
    FocusTags = "Tags",
}

/// What a row is, in AWS's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum LineType {
    Usage,
    DiscountedUsage,
    SavingsPlanCoveredUsage,
    SavingsPlanNegation,
    SavingsPlanRecurringFee,
    SavingsPlanUpfrontFee,
    RiFee,
    Fee,
    Tax,
    Credit,
    Refund,
    EdpDiscount,
    PrivateRateDiscount,
    BundledDiscount,
}

impl LineType {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Usage => "Usage",
            Self::DiscountedUsage => "DiscountedUsage",
            Self::SavingsPlanCoveredUsage => "SavingsPlanCoveredUsage",
            Self::SavingsPlanNegation => "SavingsPlanNegation",
            Self::SavingsPlanRecurringFee => "SavingsPlanRecurringFee",
            Self::SavingsPlanUpfrontFee => "SavingsPlanUpfrontFee",
            Self::RiFee => "RIFee",
            Self::Fee => "Fee",
            Self::Tax => "Tax",
            Self::Credit => "Credit",
            Self::Refund => "Refund",
            Self::EdpDiscount => "EdpDiscount",
            Self::PrivateRateDiscount => "PrivateRateDiscount",
            Self::BundledDiscount => "BundledDiscount",
        }
    }

    /// Whether the usage amount counts in totals.
    pub(crate) const fn counts_usage(self) -> bool {
        matches!(self, Self::Usage | Self::DiscountedUsage | Self::SavingsPlanCoveredUsage)
    }
}

/// How compute was bought (billing-data.md, section 4), recorded in the truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Lifecycle {
    OnDemand,
    Spot,
    Reserved,
    SavingsPlan,
    Other,
}

impl Lifecycle {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::OnDemand => "On-demand",
            Self::Spot => "Spot",
            Self::Reserved => "Reserved",
            Self::SavingsPlan => "Savings plan",
            Self::Other => "Other",
        }
    }
}

/// Everything about a row that does not depend on its hour.
#[derive(Debug, Clone)]
pub(crate) struct Template {
    text: Box<[StrId]>,
    pub(crate) kind: LineType,
    pub(crate) lifecycle: Lifecycle,
    /// A split cost allocation row: outside every total.
    pub(crate) split: bool,
    /// Price per unit as charged.
    pub(crate) rate: i64,
    /// Public on-demand price per unit; `None` for rows that are not usage.
    pub(crate) list_rate: Option<i64>,
    /// Normalization factor in amount counts; 0 for none.
    pub(crate) norm: i64,
}

impl Template {
    pub(crate) fn new(kind: LineType, lifecycle: Lifecycle) -> Self {
        Self {
            text: vec![0; Txt::ALL.len()].into_boxed_slice(),
            kind,
            lifecycle,
            split: false,
            rate: 0,
            list_rate: None,
            norm: 0,
        }
    }

    pub(crate) fn get(&self, field: Txt) -> StrId {
        self.text[field as usize]
    }

    pub(crate) fn set_id(&mut self, field: Txt, id: StrId) {
        self.text[field as usize] = id;
    }

    pub(crate) fn set(&mut self, pool: &mut Pool, field: Txt, text: &str) {
        self.text[field as usize] = pool.id(text);
    }

    /// Sets several fields.
    pub(crate) fn set_all(&mut self, pool: &mut Pool, fields: &[(Txt, &str)]) {
        for (field, text) in fields {
            self.set(pool, *field, text);
        }
    }
}
