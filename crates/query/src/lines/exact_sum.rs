//! `SUM` that never wraps. DataFusion adds 128-bit decimals without a look at overflow: two amounts of 10²⁰ give a
//! negative one. Ours marks a sum that overflowed, for good, and whoever reads figures refuses the mark. It bears the
//! name of the built-in function, so that the same statement runs anywhere.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Decimal128Type, FieldRef};
use datafusion::common::ScalarValue;
use datafusion::error::Result;
use datafusion::functions_aggregate::sum::Sum;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::AggregateOrderSensitivity;
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, GroupsAccumulator, ReversedUDAF, SetMonotonicity, Signature,
};
use datafusion_functions_aggregate_common::aggregate::groups_accumulator::prim_op::PrimitiveGroupsAccumulator;

/// In place of a sum that overflowed; no stored amount is as large.
pub(super) const OVERFLOWN: i128 = i128::MAX;

/// The function.
pub(super) fn exact_sum() -> AggregateUDF {
    AggregateUDF::new_from_impl(ExactSum { plain: Sum::new() })
}

fn add(sum: &mut i128, more: i128) {
    *sum = match sum.checked_add(more) {
        Some(total) if *sum != OVERFLOWN && more != OVERFLOWN => total,
        _ => OVERFLOWN,
    };
}

/// Decimals are summed here, all other types by the built-in function.
#[derive(Debug, PartialEq, Eq, Hash)]
struct ExactSum {
    plain: Sum,
}

fn is_decimal(args: &AccumulatorArgs<'_>) -> bool {
    !args.is_distinct && matches!(args.return_field.data_type(), DataType::Decimal128(..))
}

impl AggregateUDFImpl for ExactSum {
    fn name(&self) -> &str {
        self.plain.name()
    }

    fn signature(&self) -> &Signature {
        self.plain.signature()
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        self.plain.return_type(types)
    }

    fn accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        if is_decimal(&args) {
            return Ok(Box::new(Total { sum: None, kind: args.return_field.data_type().clone() }));
        }
        self.plain.accumulator(args)
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        self.plain.state_fields(args)
    }

    fn groups_accumulator_supported(&self, args: AccumulatorArgs<'_>) -> bool {
        self.plain.groups_accumulator_supported(args)
    }

    fn create_groups_accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn GroupsAccumulator>> {
        if is_decimal(&args) {
            let kind = args.return_field.data_type();
            return Ok(Box::new(PrimitiveGroupsAccumulator::<Decimal128Type, _>::new(kind, add)));
        }
        self.plain.create_groups_accumulator(args)
    }

    fn reverse_expr(&self) -> ReversedUDAF {
        self.plain.reverse_expr()
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        self.plain.order_sensitivity()
    }

    fn set_monotonicity(&self, kind: &DataType) -> SetMonotonicity {
        self.plain.set_monotonicity(kind)
    }
}

/// One sum of decimals.
#[derive(Debug)]
struct Total {
    sum: Option<i128>,
    kind: DataType,
}

impl Accumulator for Total {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let Some(values) = values.first() else { return Ok(()) };
        let values = values.as_primitive::<Decimal128Type>();
        let sum = match self.sum {
            Some(sum) => Some(sum),
            None => (values.null_count() < values.len()).then_some(0),
        };
        self.sum = sum.map(|mut sum| {
            values.iter().flatten().for_each(|value| add(&mut sum, value));
            sum
        });
        Ok(())
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        self.update_batch(states)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![self.evaluate()?])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        ScalarValue::new_primitive::<Decimal128Type>(self.sum, &self.kind)
    }

    fn size(&self) -> usize {
        std::mem::size_of_val(self)
    }
}
