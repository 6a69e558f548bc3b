//! `tag("Tags", 'Key')` and `cost_category("x_CostCategories", 'Name')` in SQL: the same look-up of keys as
//! the kernel's, NULL where there is no value; and as DuckDB has it, by a pointer to the key, so that a statement that is
//! shown runs here too. And what a statement calls in place of long lists and rules.

use crate::sql::{self, Function};
use crate::tags;
use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, StringViewArray, StringViewBuilder};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use datafusion::common::ScalarValue;
use datafusion::common::{exec_err, plan_err};
use datafusion::error::Result;
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use hashbrown::{HashMap, HashSet};
use model::{Decider, Listed, MappingRule};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::hash::{Hash, Hasher};
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
        let asked = key.as_deref().unwrap_or_default();
        let key = if self.name == sql::JSON_FUNCTION {
            let Some(key) = sql::pointed_at(asked) else {
                return exec_err!("{} takes a pointer to a key, such as '/Team'", self.name);
            };
            Cow::Owned(key)
        } else {
            Cow::Borrowed(asked)
        };
        let sets = cast(&sets.to_array(args.number_rows)?, &DataType::Utf8View)?;
        let sets = sets.as_string_view();
        let mut known: HashMap<&str, Option<String>> = HashMap::new();
        let mut values = StringViewBuilder::with_capacity(sets.len()).with_deduplicate_strings();
        for set in sets {
            // Rows come in clusters with few different sets: parse each set once per batch.
            let value =
                set.and_then(|set| known.entry(set).or_insert_with(|| tags::value_in(set, &key)).as_deref());
            values.append_option(value);
        }
        Ok(ColumnarValue::Array(Arc::new(values.finish())))
    }
}

/// The function that a statement calls by its place.
pub(super) fn of_statement(place: usize, function: Function) -> ScalarUDF {
    let kind = match function {
        Function::Among(listed) => Kind::Among(listed),
        Function::Rules(rules) => Kind::Rules(Decider::new(&rules), rules),
    };
    let signature = Signature::user_defined(Volatility::Immutable);
    ScalarUDF::new_from_impl(OfStatement { name: sql::name_of(place), signature, kind })
}

/// The function that says whether an account's rows are seen.
pub(super) fn of_accounts(accounts: &BTreeSet<String>) -> ScalarUDF {
    let signature = Signature::user_defined(Volatility::Immutable);
    let kind = Kind::Accounts(accounts.iter().map(|id| id.as_str().into()).collect());
    ScalarUDF::new_from_impl(OfStatement { name: "is_seen".to_owned(), signature, kind })
}

/// A long list, or rules, of one statement.
#[derive(Debug)]
struct OfStatement {
    name: String,
    signature: Signature,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Among(Listed),
    Rules(Decider, Arc<[MappingRule]>),
    Accounts(HashSet<Box<str>>),
}

// A session has the functions of one statement, each under a name of its own.
impl PartialEq for OfStatement {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}
impl Eq for OfStatement {}
impl Hash for OfStatement {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

fn value(column: &StringViewArray, row: usize) -> Option<&str> {
    column.is_valid(row).then(|| column.value(row))
}

impl ScalarUDFImpl for OfStatement {
    fn name(&self) -> &str {
        &self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(match self.kind {
            Kind::Among(_) | Kind::Accounts(_) => DataType::Boolean,
            Kind::Rules(..) => DataType::Utf8View,
        })
    }

    fn coerce_types(&self, arguments: &[DataType]) -> Result<Vec<DataType>> {
        Ok(vec![DataType::Utf8View; arguments.len()])
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let mut columns = Vec::with_capacity(args.args.len());
        for column in &args.args {
            columns.push(cast(&column.to_array(args.number_rows)?, &DataType::Utf8View)?);
        }
        let columns: Vec<_> = columns.iter().map(arrow::array::AsArray::as_string_view).collect();
        let result: ArrayRef = match &self.kind {
            Kind::Among(listed) => {
                let [column] = columns.as_slice() else { return exec_err!("{} takes one value", self.name) };
                let found = column.iter().map(|value| Some(listed.contains(value)));
                Arc::new(found.collect::<BooleanArray>())
            }
            Kind::Accounts(accounts) => {
                let [column] = columns.as_slice() else { return exec_err!("{} takes one value", self.name) };
                let found = column.iter().map(|value| Some(value.is_some_and(|id| accounts.contains(id))));
                Arc::new(found.collect::<BooleanArray>())
            }
            Kind::Rules(decider, rules) => {
                // Rows come in clusters with few different values: rules are tried once for each in a batch.
                let mut known: HashMap<Vec<Option<&str>>, &str> = HashMap::new();
                let mut values = Vec::with_capacity(columns.len());
                let mut found = StringViewBuilder::with_capacity(args.number_rows).with_deduplicate_strings();
                for row in 0..args.number_rows {
                    values.clear();
                    values.extend(columns.iter().map(|column| value(column, row)));
                    let text = match known.get(values.as_slice()) {
                        Some(text) => *text,
                        None => {
                            let text = decider.first(&values).map_or("", |rule| rules[rule].value.as_str());
                            known.insert(values.clone(), text);
                            text
                        }
                    };
                    found.append_value(text);
                }
                Arc::new(found.finish())
            }
        };
        Ok(ColumnarValue::Array(result))
    }
}
