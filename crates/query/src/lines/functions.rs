//! `tag("Tags", 'Key')` and `cost_category("x_CostCategories", 'Name')` in SQL: the same look-up of keys as
//! the kernel's, NULL where there is no value.

use crate::tags;
use arrow::array::{Array, AsArray, StringViewBuilder};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use datafusion::common::ScalarValue;
use datafusion::common::{exec_err, plan_err};
use datafusion::error::Result;
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use hashbrown::HashMap;
use std::sync::Arc;

/// A function that reads one key of a JSON object.
pub(super) fn of_key(name: &'static str) -> ScalarUDF {
    ScalarUDF::new_from_impl(OfKey { name, signature: Signature::user_defined(Volatility::Immutable) })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct OfKey {
    name: &'static str,
    signature: Signature,
}

impl ScalarUDFImpl for OfKey {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8View)
    }

    fn coerce_types(&self, arguments: &[DataType]) -> Result<Vec<DataType>> {
        if arguments.len() != 2 {
            return plan_err!("{}(set, 'key') takes a column and a key", self.name);
        }
        Ok(vec![DataType::Utf8View, DataType::Utf8])
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [sets, ColumnarValue::Scalar(ScalarValue::Utf8(key))] = args.args.as_slice() else {
            return exec_err!("the key of {}(set, 'key') must be a literal", self.name);
        };
        let key = key.as_deref().unwrap_or_default();
        let sets = cast(&sets.to_array(args.number_rows)?, &DataType::Utf8View)?;
        let sets = sets.as_string_view();
        let mut known: HashMap<&str, Option<String>> = HashMap::new();
        let mut values = StringViewBuilder::with_capacity(sets.len()).with_deduplicate_strings();
        for set in sets {
            // Rows come in clusters with few different sets: parse each set once per batch.
            let value =
                set.and_then(|set| known.entry(set).or_insert_with(|| tags::value_in(set, key)).as_deref());
            values.append_option(value);
        }
        Ok(ColumnarValue::Array(Arc::new(values.finish())))
    }
}
