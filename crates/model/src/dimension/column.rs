//! The one table of dimensions with a column of their own: names on the command line and in addresses, labels, columns
//! and definitions. The planner, the SQL text, the documentation and the web app's tooltips all read it.
//!
//! A dimension is added by a row here, which is its meaning, and by its derivation in `ingest`. What else has to know it
//! (schema, order of the roll-up, page, documents, independent check) is asked for by tests that name it.

/// What a dimension is called, where it is stored, and what it means.
#[derive(Clone, Copy, Debug)]
pub struct DimensionInfo {
    /// The dimension.
    pub dimension: Column,
    /// Name in addresses, on the command line and in the API.
    pub name: &'static str,
    /// Words on screen.
    pub label: &'static str,
    /// Column of the canonical schema (FOCUS 1.2 name, or `x_` where FOCUS has none).
    pub column: &'static str,
    /// Whether the daily roll-up holds it; otherwise line items answer.
    pub in_rollup: bool,
    /// Word shown and exported for rows that have no value; empty where a raw value is simply absent.
    pub none: &'static str,
    /// What it belongs to.
    pub of: Of,
    /// Whether the page has a tab for it.
    pub tab: bool,
    /// Meaning and source.
    pub description: &'static str,
}

/// What the value of a dimension belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Of {
    /// The row.
    Row,
    /// The account: where shared costs are split, it is that of the account that an amount went to.
    Account,
    /// The account, by the latest name of all months: a row alone does not know it, so rules cannot look at it.
    LatestName,
    /// The whole publication: it is the same for each row of its files.
    Bill,
}

impl DimensionInfo {
    const fn of(self, of: Of) -> Self {
        Self { of, ..self }
    }

    /// The page filters by it, and breaks nothing down by it.
    const fn without_tab(self) -> Self {
        Self { tab: false, ..self }
    }

    /// Its keys are too many, or too fine, for a row a day.
    const fn not_in_rollup(self) -> Self {
        Self { in_rollup: false, ..self }
    }
}

/// Partition column of the connection, in paths and not in files.
const CONNECTION: &str = crate::schema::PARTITIONS[0];

/// Column of the charge type, which decides what can carry tags.
pub(super) const CHARGE_TYPE: &str = "x_ChargeType";

macro_rules! columns {
    ($($variant:ident($name:literal, $label:literal, $column:expr, none $none:literal)
        $(.$change:ident($($argument:expr)?))* => $description:literal;)+) => {
        /// A dimension with a column of its own, by the rows of [`DIMENSIONS`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Column {
            $(#[doc = $description] $variant),+
        }

        /// Every dimension with a column of its own. Tags and cost categories come beside it, by key.
        pub const DIMENSIONS: &[DimensionInfo] = &[$(
            DimensionInfo {
                dimension: Column::$variant,
                name: $name,
                label: $label,
                column: $column,
                in_rollup: true,
                none: $none,
                of: Of::Row,
                tab: true,
                description: $description,
            }
            $(.$change($($argument)?))*
        ),+];
    };
}

columns! {
    BillingPeriod("billing_period", "Billing period", "billing_period", none "").of(Of::Bill).without_tab()
        => "Calendar month (UTC) of the bill that holds the row, as YYYY-MM.";
    AccountId("account_id", "Account ID", "SubAccountId", none "").of(Of::Account)
        => "Account that used the resource (AWS line_item_usage_account_id).";
    Account("account", "Account", "SubAccountName", none "").of(Of::LatestName).without_tab()
        => "Latest known name of the account, else its ID.";
    PayerAccountId("payer_account_id", "Payer", "BillingAccountId", none "")
        => "Account that pays the bill (AWS bill_payer_account_id).";
    Connection("connection", "Connection", CONNECTION, none "").of(Of::Bill)
        => "Connection whose bill holds the row, by its ID; its name beside it.";
    Provider("provider", "Provider", "ProviderName", none "Unknown").not_in_rollup()
        => "Who provides the service: AWS for its own reports, FOCUS ProviderName (1.3 and later ServiceProviderName); Unknown where the report names nobody.";
    Currency("currency", "Currency", "BillingCurrency", none "").of(Of::Bill).without_tab()
        => "Currency of the bill that holds the row. Amounts of different currencies are never added.";
    Service("service", "Service", "ServiceName", none "")
        => "Service in words, from the product code.";
    ProductCode("product_code", "Product code", "x_ProductCode", none "").without_tab()
        => "The provider's code of the product (AWS line_item_product_code).";
    Region("region", "Region", "RegionId", none "Global")
        => "Region of the resource; Global where the service has none.";
    AvailabilityZone("availability_zone", "Availability zone", "AvailabilityZone", none "")
        => "Zone of the resource, where the report names one.";
    Lifecycle("lifecycle", "Lifecycle", "x_Lifecycle", none "Other")
        => "How compute was bought: On-demand, Spot, Reserved, Savings plan; Other for what is no compute.";
    OperatingSystem("operating_system", "Operating system", "x_OperatingSystem", none "Other")
        => "Operating system of an instance, from the product attribute or the operation code.";
    ChargeType("charge_type", "Charge type", CHARGE_TYPE, none "")
        => "What the row is, in words: usage, fee, tax, credit, refund, discount, support, marketplace.";
    CanCarryTags("can_carry_tags", "Can carry tags", CHARGE_TYPE, none "").without_tab()
        => "Whether what is charged has tags at all: No for tax, credits, refunds, discounts, fees, support, and what commitments cost beside the usage that they cover; Yes for the rest.";
    LineItemType("line_item_type", "Line item type", "x_LineItemType", none "").without_tab()
        => "AWS line_item_line_item_type; for FOCUS reports the charge category.";
    UsageType("usage_type", "Usage type", "x_UsageType", none "")
        => "AWS line_item_usage_type; for FOCUS reports the SKU meter where given.";
    UsageTypeGroup("usage_type_group", "Usage type group", "x_UsageTypeGroup", none "")
        => "AWS's grouping of usage types, such as 'EC2: Running Hours'.";
    Operation("operation", "Operation", "x_Operation", none "")
        => "AWS line_item_operation.";
    InstanceType("instance_type", "Instance type", "x_InstanceType", none "Other resources")
        => "Instance type of compute, database and cache rows.";
    InstanceFamily("instance_family", "Instance family", "x_InstanceFamily", none "Other resources").without_tab()
        => "Family of the instance type, such as m7g.";
    ResourceId("resource_id", "Resource", "ResourceId", none "").not_in_rollup()
        => "Resource ID or ARN; needs a report with resource IDs.";
    BilledBy("billed_by", "Billed by", "ChargePeriodEnd", none "Unknown").not_in_rollup().without_tab()
        => "How long the time is that a row charges for: Hour, Day, or Longer. Among hours, what is billed by longer times stands at the hour at which its time starts.";
    PurchaseOption("purchase_option", "Purchase option", "x_PurchaseOption", none "")
        => "How the usage was bought, with the payment option of a commitment.";
    CommitmentId("commitment_id", "Commitment", "CommitmentDiscountId", none "")
        => "ARN of the reservation or savings plan that covers the row or that it pays.";
    Seller("seller", "Seller", "PublisherName", none "")
        => "Legal entity that sells the product (AWS line_item_legal_entity).";
    ReportedAccountName("reported_account_name", "Account name as reported", "SubAccountName", none "").of(Of::Account).without_tab()
        => "Name of the account as the row's report wrote it; names change over time.";
}

impl Column {
    /// What is known of it.
    pub const fn info(self) -> &'static DimensionInfo {
        // Both come from one list, in one order.
        &DIMENSIONS[self as usize]
    }

    /// The one of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        DIMENSIONS.iter().find(|info| info.name == name).map(|info| info.dimension)
    }
}
