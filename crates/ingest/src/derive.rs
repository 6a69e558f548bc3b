//! From the raw fields that say what was used to the canonical dimensions: once per distinct combination,
//! not per row.

use crate::columns::Format;
use crate::dimensions::{self, FocusLine, Line};
use crate::fields::{self, Text};
use model::{Lifecycle, Provider};
use std::borrow::Cow;

/// The fields that a derived dimension may depend on: the identity of a combination.
pub(crate) const SKU_FIELDS: [Text; 26] = [
    fields::PRODUCT_CODE,
    fields::PRODUCT_NAME,
    fields::USAGE_TYPE,
    fields::OPERATION,
    fields::LINE_ITEM_TYPE,
    fields::ZONE,
    fields::REGION,
    fields::INSTANCE_TYPE,
    fields::OPERATING_SYSTEM,
    fields::PRODUCT_FAMILY,
    fields::RESERVATION,
    fields::SAVINGS_PLAN,
    fields::TERM,
    fields::PAYMENT,
    fields::PLAN_PAYMENT,
    fields::SELLER,
    fields::BILLING_ENTITY,
    fields::BILL_TYPE,
    fields::CURRENCY,
    fields::CHARGE_CLASS,
    fields::CHARGE_FREQUENCY,
    fields::PRICING_CATEGORY,
    fields::COMMITMENT_CATEGORY,
    fields::COMMITMENT_TYPE,
    fields::COMMITMENT_STATUS,
    fields::SERVICE_CATEGORY,
];

/// The fields that say whose usage it is.
pub(crate) const ACCOUNT_FIELDS: [Text; 3] = [fields::ACCOUNT, fields::ACCOUNT_NAME, fields::PAYER];

/// Columns of the canonical schema that they fill, in their order.
pub(crate) const ACCOUNT_COLUMNS: [&str; 3] = ["SubAccountId", "SubAccountName", "BillingAccountId"];

/// What fills a text column of the roll-up: a text of one of the registries' things, by its place there.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Source {
    /// Of a combination, by the place among [`DERIVED_COLUMNS`].
    Sku(usize),
    /// Of an account, by the place among [`ACCOUNT_COLUMNS`].
    Account(usize),
    /// A set of tags.
    Tags,
    /// A set of cost categories.
    Categories,
}

/// The source of a column. Asked of constants alone: a column that nothing fills does not compile.
pub(crate) const fn source(column: &str) -> Source {
    if same(column, "Tags") {
        Source::Tags
    } else if same(column, "x_CostCategories") {
        Source::Categories
    } else if let Some(at) = among(column, &ACCOUNT_COLUMNS) {
        Source::Account(at)
    } else {
        Source::Sku(derived(column))
    }
}

/// The place of a column among [`DERIVED_COLUMNS`]; of constants alone, as [`source`].
pub(crate) const fn derived(column: &str) -> usize {
    match among(column, DERIVED_COLUMNS) {
        Some(at) => at,
        None => panic!("nothing fills this column: derive it, or take it out of the roll-up"),
    }
}

/// The place of a column among [`ACCOUNT_COLUMNS`]; of constants alone, as [`source`].
pub(crate) const fn of_account(column: &str) -> usize {
    match among(column, &ACCOUNT_COLUMNS) {
        Some(at) => at,
        None => panic!("this is no column of accounts"),
    }
}

const fn among(column: &str, columns: &[&str]) -> Option<usize> {
    let mut at = 0;
    while at < columns.len() {
        if same(column, columns[at]) {
            return Some(at);
        }
        at += 1;
    }
    None
}

/// `==`, which constants do not have yet.
const fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}

macro_rules! derived {
    ($($name:ident => $column:literal,)*) => {
        /// Columns of the canonical schema that follow from a combination.
        pub(crate) const DERIVED_COLUMNS: &[&str] = &[$($column),*];

        /// Their values; empty text for none.
        #[derive(Debug, Default)]
        struct Derived<'a> { $($name: Cow<'a, str>),* }

        impl Derived<'_> {
            fn into_values(self) -> Vec<String> { vec![$(self.$name.into_owned()),*] }
        }
    };
}

derived! {
    service => "ServiceName",
    product_code => "x_ProductCode",
    region => "RegionId",
    zone => "AvailabilityZone",
    lifecycle => "x_Lifecycle",
    operating_system => "x_OperatingSystem",
    charge_type => "x_ChargeType",
    line_item_type => "x_LineItemType",
    usage_type => "x_UsageType",
    usage_type_group => "x_UsageTypeGroup",
    operation => "x_Operation",
    instance_type => "x_InstanceType",
    instance_family => "x_InstanceFamily",
    purchase_option => "x_PurchaseOption",
    commitment => "CommitmentDiscountId",
    seller => "PublisherName",
    currency => "BillingCurrency",
    provider => "ProviderName",
    service_category => "ServiceCategory",
    region_name => "RegionName",
    charge_category => "ChargeCategory",
    charge_class => "ChargeClass",
    charge_frequency => "ChargeFrequency",
    pricing_category => "PricingCategory",
    commitment_category => "CommitmentDiscountCategory",
    commitment_type => "CommitmentDiscountType",
    commitment_status => "CommitmentDiscountStatus",
}

/// The values of [`DERIVED_COLUMNS`] for a combination of raw fields.
pub(crate) fn derive<'a>(format: Format, get: impl Fn(Text) -> &'a str) -> Vec<String> {
    let mut derived = match format {
        Format::Cur => derive_cur(&get),
        Format::Focus => derive_focus(&get),
    };
    derived.product_code = get(fields::PRODUCT_CODE).into();
    derived.zone = get(fields::ZONE).into();
    derived.line_item_type = get(fields::LINE_ITEM_TYPE).into();
    derived.usage_type = get(fields::USAGE_TYPE).into();
    derived.operation = get(fields::OPERATION).into();
    derived.seller = get(fields::SELLER).into();
    derived.currency = get(fields::CURRENCY).into();
    derived.into_values()
}

fn derive_cur<'a>(get: &impl Fn(Text) -> &'a str) -> Derived<'a> {
    let (product, usage_type, operation) =
        (get(fields::PRODUCT_CODE), get(fields::USAGE_TYPE), get(fields::OPERATION));
    let (reservation, plan) = (get(fields::RESERVATION), get(fields::SAVINGS_PLAN));
    let line_item_type = get(fields::LINE_ITEM_TYPE);
    let payment =
        Some(get(fields::PAYMENT)).filter(|payment| !payment.is_empty()).unwrap_or(get(fields::PLAN_PAYMENT));
    let line = Line {
        line_item_type,
        product_code: product,
        usage_type,
        operation,
        reservation_arn: reservation,
        savings_plan_arn: plan,
        pricing_term: get(fields::TERM),
        pricing_purchase_option: payment,
        billing_entity: get(fields::BILLING_ENTITY),
        bill_type: get(fields::BILL_TYPE),
        product_family: get(fields::PRODUCT_FAMILY),
    };
    let service = dimensions::service_name(product, get(fields::PRODUCT_NAME));
    let region = dimensions::region(product, get(fields::REGION), usage_type, get(fields::ZONE));
    let instance_type = dimensions::instance_type(get(fields::INSTANCE_TYPE), usage_type);
    let lifecycle = dimensions::lifecycle(line);
    // A capacity reservation keeps room and changes no price: no commitment.
    let reservation = if dimensions::is_reservation(reservation) { reservation } else { "" };
    let commitment = if reservation.is_empty() { plan } else { reservation };
    let covered = matches!(line_item_type, "DiscountedUsage" | "SavingsPlanCoveredUsage");
    let commitment_fee = matches!(line_item_type, "RIFee" | "SavingsPlanRecurringFee");
    Derived {
        usage_type_group: dimensions::usage_type_group(product, usage_type, operation, &service)
            .into_owned()
            .into(),
        region_name: dimensions::region_name(&region).to_owned().into(),
        instance_family: dimensions::instance_family(&instance_type).to_owned().into(),
        operating_system: dimensions::operating_system(
            get(fields::OPERATING_SYSTEM),
            product,
            usage_type,
            operation,
        ),
        charge_type: dimensions::charge_type(line).name().into(),
        purchase_option: dimensions::purchase_option(line).into_owned().into(),
        service_category: dimensions::service_category(product, Provider::Aws.name()).into(),
        provider: Provider::Aws.name().into(),
        charge_category: cur_charge_category(line_item_type).into(),
        charge_class: if line_item_type == "Refund" { "Correction".into() } else { "".into() },
        charge_frequency: match line_item_type {
            "RIFee" | "SavingsPlanRecurringFee" | "FlatRateSubscription" => "Recurring".into(),
            "Fee" | "SavingsPlanUpfrontFee" => "One-Time".into(),
            _ => "Usage-Based".into(),
        },
        pricing_category: match lifecycle {
            _ if covered => "Committed".into(),
            Lifecycle::Spot => "Dynamic".into(),
            _ if line_item_type == "Usage" => "Standard".into(),
            _ => "".into(),
        },
        commitment_category: match (commitment.is_empty(), reservation.is_empty()) {
            (true, _) => "".into(),
            (false, false) => "Usage".into(),
            (false, true) => "Spend".into(),
        },
        commitment_type: match (commitment.is_empty(), reservation.is_empty()) {
            (true, _) => "".into(),
            (false, false) => "Reserved Instance".into(),
            (false, true) => "Savings Plan".into(),
        },
        commitment_status: match commitment.is_empty() {
            false if covered => "Used".into(),
            false if commitment_fee => "Unused".into(),
            _ => "".into(),
        },
        commitment: commitment.into(),
        service,
        region,
        lifecycle: lifecycle.name().into(),
        instance_type,
        ..Derived::default()
    }
}

/// FOCUS 1.2 ChargeCategory of a line item type.
fn cur_charge_category(line_item_type: &str) -> &'static str {
    match line_item_type {
        "Usage" | "DiscountedUsage" | "SavingsPlanCoveredUsage" => "Usage",
        "Fee" | "RIFee" | "SavingsPlanRecurringFee" | "SavingsPlanUpfrontFee" | "FlatRateSubscription" => {
            "Purchase"
        }
        "Tax" => "Tax",
        "Credit" => "Credit",
        _ => "Adjustment",
    }
}

fn derive_focus<'a>(get: &impl Fn(Text) -> &'a str) -> Derived<'a> {
    let (product, usage_type, operation) =
        (get(fields::PRODUCT_CODE), get(fields::USAGE_TYPE), get(fields::OPERATION));
    let provider = get(fields::BILLING_ENTITY);
    let service = dimensions::service_name(product, get(fields::PRODUCT_NAME));
    let category = get(fields::SERVICE_CATEGORY);
    let line = FocusLine {
        charge_category: get(fields::LINE_ITEM_TYPE),
        charge_frequency: get(fields::CHARGE_FREQUENCY),
        pricing_category: get(fields::PRICING_CATEGORY),
        commitment_type: get(fields::COMMITMENT_TYPE),
        commitment_status: get(fields::COMMITMENT_STATUS),
        service_category: category,
        service: if product.is_empty() { get(fields::PRODUCT_NAME) } else { product },
        usage: usage_type,
    };
    let mut region = dimensions::focus_region(provider, get(fields::REGION), get(fields::ZONE));
    let seller = get(fields::SELLER);
    // Any that has AWS in its name: what is told of AWS's marketplace under a seller's name, too.
    let marketplace =
        provider.contains(Provider::Aws.name()) && !seller.is_empty() && !seller.contains("Amazon");
    if region.is_empty() && marketplace {
        // AWS tells the region of its own services; what others sell through it was metered in the region that the
        // usage type names, as in its Cost and Usage Report.
        region = dimensions::region(product, get(fields::REGION), usage_type, get(fields::ZONE));
    }
    let instance_type = dimensions::instance_type(get(fields::INSTANCE_TYPE), usage_type);
    let lifecycle = dimensions::focus_lifecycle(line);
    Derived {
        usage_type_group: dimensions::usage_type_group(product, usage_type, operation, &service)
            .into_owned()
            .into(),
        region_name: dimensions::region_name(&region).to_owned().into(),
        instance_family: dimensions::instance_family(&instance_type).to_owned().into(),
        operating_system: dimensions::operating_system(
            get(fields::OPERATING_SYSTEM),
            product,
            usage_type,
            operation,
        ),
        charge_type: dimensions::focus_charge_type(line).name().into(),
        purchase_option: lifecycle.name().into(),
        service_category: if category.is_empty() {
            dimensions::service_category(product, provider).into()
        } else {
            category.into()
        },
        provider: provider.into(),
        charge_category: get(fields::LINE_ITEM_TYPE).into(),
        charge_class: get(fields::CHARGE_CLASS).into(),
        charge_frequency: get(fields::CHARGE_FREQUENCY).into(),
        pricing_category: get(fields::PRICING_CATEGORY).into(),
        commitment_category: get(fields::COMMITMENT_CATEGORY).into(),
        commitment_type: get(fields::COMMITMENT_TYPE).into(),
        commitment_status: get(fields::COMMITMENT_STATUS).into(),
        commitment: get(fields::RESERVATION).into(),
        service,
        region,
        lifecycle: lifecycle.name().into(),
        instance_type,
        ..Derived::default()
    }
}
