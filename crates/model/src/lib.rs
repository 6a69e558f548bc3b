//! The words of the product: money, billing periods, the canonical schema, dimensions, metrics and
//! cost queries. No input or output happens here; every other crate speaks in these types.

mod arrange;
mod as_of;
mod billing_period;
mod budget;
mod causes;
mod change;
mod charge_type;
mod comparison;
mod cost_query;
mod day;
mod decimal;
mod dimension;
mod email;
mod filter;
mod frequency;
mod group_by;
mod ids;
mod lifecycle;
pub mod limits;
mod line_item_type;
mod mapping;
mod metric;
mod provider;
pub mod question;
mod role;
pub mod schema;
pub mod shown;
mod standing;
mod table;
mod time_view;
mod words;

pub use arrange::{Arranged, GroupKeys, LARGEST, TooLarge, arrange, sum};
pub use as_of::{AsOf, AsOfError};
pub use billing_period::{BillingPeriod, BillingPeriodError};
pub use budget::{Basis, BudgetError, BudgetPeriod, Threshold};
pub use causes::with_causes;
pub use change::{Change, ChangeKind};
pub use charge_type::{ChargeType, can_carry_tags, carries_tags_word};
pub use comparison::{Compared, Comparison, ComparisonError, DaySpan, span_before};
pub use cost_query::{
    CostAnswer, CostGroup, CostQuery, LargeQuestion, PreviousSpan, Snapshot, SnapshotPeriod,
};
pub use day::{Day, DayError};
pub use decimal::{Decimal, DecimalError, SCALE};
pub use dimension::{
    CANNOT_CARRY, Column, DIMENSIONS, Dimension, DimensionError, DimensionInfo, MergedTag, Of, plain_value,
};
pub use email::{Email, EmailError};
pub use filter::{Filter, FilterError, Listed, merge_filters};
pub use frequency::{Frequency, FrequencyError};
pub use group_by::{GroupByError, parse_group_by};
pub use ids::{
    BudgetId, ChannelId, ConnectionId, IdError, InvitationId, OrganizationId, ReportId, TokenId, UserId,
};
pub use lifecycle::Lifecycle;
pub use line_item_type::LineItemType;
pub use mapping::{
    Condition, Decider, Mapping, MappingName, MappingRule, Operator, RuleError, check_rules,
    check_rules_of_names,
};
pub use metric::{METRICS, Metric, MetricError, MetricInfo};
pub use provider::Provider;
pub use question::Question;
pub use role::{ROLES, Role, RoleError};
pub use standing::Standing;
pub use table::{Table, TableError};
pub use time_view::{TimeView, TimeViewError};
