//! From a header to the fields: recognises the format, finds each field's column, tags and cost
//! categories, and names the columns that nobody reads.

mod keys;
mod spelling;

use crate::data_sets;
use crate::error::{ErrorKind, IngestError};
use crate::fields::{self, BY_ROW, Number, Text, folded_name, plain_name};
use crate::left_out;
use keys::{category_key, picked_tag_key, tag_key};
pub(crate) use keys::{is_sourced, map_key};
use spelling::Spelling;
use std::collections::HashMap;

/// The family of a report; its generation does not matter beyond the columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Format {
    /// AWS Cost and Usage Report, legacy or 2.0.
    #[default]
    Cur,
    /// FOCUS 1.0 to 1.4 of any provider.
    Focus,
}

/// How a report's rows are costed. Columns of a commitment are taken as whole sets: with a part missing, the family's
/// cost stays as billed, and what could not be amortized is named ([`crate::unavailable`]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rules {
    pub(crate) format: Format,
    /// Effective cost, unused up-front and recurring fee, and something that tells whose fee it is.
    pub(crate) reservations: bool,
    /// Effective cost, total and used commitment.
    pub(crate) plans: bool,
    /// FOCUS: `EffectiveCost`.
    pub(crate) effective: bool,
}

/// A key of the tag or cost-category set and where its value stands.
#[derive(Clone, Debug)]
pub(crate) struct KeyColumn {
    pub(crate) key: String,
    pub(crate) column: usize,
}

/// Where a report keeps a set of keys and values.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeySet {
    /// One column a key.
    pub(crate) columns: Vec<KeyColumn>,
    /// Columns that hold all keys: map, JSON, list or struct; the resources' own first.
    pub(crate) maps: Vec<usize>,
}

/// What a report's columns are.
#[derive(Clone, Debug)]
pub(crate) struct Columns {
    pub(crate) format: Format,
    /// Names as the report spells them.
    pub(crate) names: Vec<String>,
    pub(crate) text: Vec<Option<usize>>,
    pub(crate) numbers: Vec<Option<usize>>,
    /// Further columns of the fields of [`BY_ROW`], in the order in which they stand in.
    pub(crate) stand_ins: Vec<(Text, usize)>,
    pub(crate) tags: KeySet,
    pub(crate) cost_categories: KeySet,
    /// CUR 2.0's `product` map, from which product attributes are taken where no column has them.
    pub(crate) product_map: Option<usize>,
    /// Columns that no field, tag or cost category claims: kept as they are in `x_OtherColumns`.
    pub(crate) others: Vec<usize>,
}

/// Finds columns by the names that fields have.
struct ByName {
    plain: HashMap<String, usize>,
    folded: HashMap<String, usize>,
}

impl ByName {
    fn new(names: &[String]) -> Self {
        let mut found = Self { plain: HashMap::new(), folded: HashMap::new() };
        for (at, name) in names.iter().enumerate() {
            found.plain.entry(plain_name(name)).or_insert(at);
            found.folded.entry(folded_name(name)).or_insert(at);
        }
        found
    }

    fn get(&self, name: &str) -> Option<usize> {
        self.plain.get(name).or_else(|| self.folded.get(&folded_name(name))).copied()
    }
}

impl Columns {
    /// Recognises a header. `period_known` is true when the delivery itself names its billing period.
    pub(crate) fn recognise(file: &str, names: &[String], period_known: bool) -> Result<Self, IngestError> {
        let mut exact = HashMap::new();
        // A blank name names nothing; keys of tags may differ by a blank at their end.
        for (at, name) in names.iter().enumerate().filter(|(_, name)| !name.trim().is_empty()) {
            if let Some(first) = exact.insert(name.as_str(), at) {
                return Err(IngestError::new(
                    ErrorKind::Columns,
                    file,
                    format!("the header has this column twice (columns {} and {})", first + 1, at + 1),
                    "Export the report again, or remove one of the two",
                )
                .column(name));
            }
        }
        let by_name = ByName::new(names);
        // CUR 2.0 may carry columns of cost analytics under FOCUS's names: it is a CUR all the same.
        let is_cur = by_name.get("line_item_line_item_type").is_some();
        let format =
            if !is_cur && by_name.get("billed_cost").is_some() { Format::Focus } else { Format::Cur };
        let known = |field: &fields::Field| if format == Format::Focus { field.focus } else { field.aws };
        let find = |field: &fields::Field| known(field).iter().find_map(|name| by_name.get(name));
        let mut text: Vec<_> = fields::TEXT.iter().map(find).collect();
        let numbers: Vec<_> = fields::NUMBERS.iter().map(find).collect();
        if text[fields::RESERVATION].is_some() {
            // It only tells up-front fees where no ARN does.
            text[fields::UPFRONT_VALUE] = None;
        }
        let mut stand_ins = vec![];
        for field in BY_ROW {
            let columns = known(&fields::TEXT[field]).iter().filter_map(|name| by_name.get(name));
            stand_ins.extend(columns.filter(|at| Some(*at) != text[field]).map(|at| (field, at)));
        }
        let mut columns = Self {
            format,
            names: names.to_vec(),
            text,
            numbers,
            stand_ins,
            tags: KeySet::default(),
            cost_categories: KeySet::default(),
            product_map: None,
            others: vec![],
        };
        columns.sort_out_rest();
        columns.check_required(file, period_known)?;
        Ok(columns)
    }

    fn sort_out_rest(&mut self) {
        let mut claimed = vec![false; self.names.len()];
        let stand_ins = self.stand_ins.iter().map(|(_, column)| column);
        for column in self.text.iter().chain(&self.numbers).flatten().chain(stand_ins) {
            claimed[*column] = true;
        }
        for (at, name) in self.names.iter().enumerate() {
            if claimed[at] || name.trim().is_empty() {
                continue;
            }
            let plain = plain_name(name);
            let folded = folded_name(name);
            match folded.as_str() {
                // The tags of resources come before those of accounts and principals.
                "resourcetags" => self.tags.maps.insert(0, at),
                "tags" => self.tags.maps.push(at),
                "costcategory" | "xcostcategories" => self.cost_categories.maps.push(at),
                "product" => self.product_map = Some(at),
                _ => {
                    if let Some(key) = tag_key(name, &plain) {
                        self.tags.columns.push(KeyColumn { key, column: at });
                    } else if let Some(key) = category_key(name, &plain) {
                        self.cost_categories.columns.push(KeyColumn { key, column: at });
                    } else if let Some(key) = picked_tag_key(name).filter(|_| self.format == Format::Cur) {
                        self.tags.columns.push(KeyColumn { key, column: at });
                    } else if !left_out::is(name) {
                        self.others.push(at);
                    }
                }
            }
        }
    }

    fn check_required(&self, file: &str, period_known: bool) -> Result<(), IngestError> {
        let cur = self.format == Format::Cur;
        let mut required = vec![(fields::CHARGE_START, "line_item_usage_start_date", "ChargePeriodStart")];
        if !period_known {
            required.push((fields::PERIOD_START, "bill_billing_period_start_date", "BillingPeriodStart"));
        }
        required.push((fields::LINE_ITEM_TYPE, "line_item_line_item_type", "ChargeCategory"));
        if cur {
            required.push((fields::ACCOUNT, "line_item_usage_account_id", ""));
            required.push((fields::PRODUCT_CODE, "line_item_product_code", ""));
        } else if self.text[fields::ACCOUNT].is_none() {
            // Sub accounts are conditional in FOCUS: who has none names the billing account alone.
            required.push((fields::PAYER, "", "BillingAccountId"));
        }
        let missing = required
            .iter()
            .find(|(field, ..)| self.text[*field].is_none())
            .map(|(_, aws, focus)| if cur { *aws } else { *focus });
        let missing =
            missing.or_else(|| self.numbers[fields::BILLED].is_none().then_some("line_item_unblended_cost"));
        let Some(missing) = missing else { return Ok(()) };
        let missing = Spelling::of(&self.names).write(missing);
        let elsewhere = "Give the folder or bucket prefix of the report itself";
        if let Some(set) = data_sets::named(&self.names) {
            return Err(IngestError::new(ErrorKind::NotABill, file, format!("is {set}"), elsewhere));
        }
        if self.text.iter().flatten().count() < 3 {
            let message = "is no cost report: its header has none of the columns of a CUR or FOCUS report";
            return Err(IngestError::new(ErrorKind::NotABill, file, message, elsewhere).column(&missing));
        }
        let (message, advice) = (
            format!("lacks the required column {missing}"),
            "Add it to the export's column selection, or choose the report's standard columns",
        );
        Err(IngestError::new(ErrorKind::Columns, file, message, advice).column(&missing))
    }

    pub(crate) fn text_name(&self, field: Text) -> &str {
        self.text[field].map_or("", |at| &self.names[at])
    }

    /// The columns that hold whole sets of tags or cost categories.
    pub(crate) fn set_names(&self) -> String {
        let columns = self.tags.maps.iter().chain(&self.cost_categories.maps);
        columns.map(|at| self.names[*at].as_str()).collect::<Vec<_>>().join(", ")
    }

    pub(crate) fn number_name(&self, field: Number) -> &str {
        self.numbers[field].map_or("", |at| &self.names[at])
    }

    /// The columns that the amortized cost of reservations, of savings plans and (FOCUS) of anything needs, and that
    /// the report lacks, as it would write them.
    pub(crate) fn missing(&self) -> [Vec<String>; 3] {
        const RESERVATIONS: [(Number, &str); 3] = [
            (fields::RI_EFFECTIVE, "reservation_effective_cost"),
            (fields::RI_UNUSED_UPFRONT, "reservation_unused_amortized_upfront_fee_for_billing_period"),
            (fields::RI_UNUSED_RECURRING, "reservation_unused_recurring_fee"),
        ];
        const PLANS: [(Number, &str); 3] = [
            (fields::SP_EFFECTIVE, "savings_plan_savings_plan_effective_cost"),
            (fields::SP_TOTAL, "savings_plan_total_commitment_to_date"),
            (fields::SP_USED, "savings_plan_used_commitment"),
        ];
        let spelling = Spelling::of(&self.names);
        let lacks = |set: &[(Number, &str)]| -> Vec<String> {
            let missing = set.iter().filter(|(field, _)| self.numbers[*field].is_none());
            missing.map(|(_, name)| spelling.write(name)).collect()
        };
        if self.format == Format::Focus {
            return [vec![], vec![], lacks(&[(fields::EFFECTIVE, "EffectiveCost")])];
        }
        let mut reservations = lacks(&RESERVATIONS);
        // Without ARNs, the up-front value and the usage types of reservations tell their fees.
        let told = [fields::RESERVATION, fields::UPFRONT_VALUE, fields::USAGE_TYPE];
        if told.iter().all(|field| self.text[*field].is_none()) {
            reservations.push(spelling.write("reservation_reservation_a_r_n"));
        }
        [reservations, lacks(&PLANS), vec![]]
    }

    /// How the rows are costed.
    pub(crate) fn rules(&self) -> Rules {
        let [reservations, plans, effective] = self.missing().map(|missing| missing.is_empty());
        Rules { format: self.format, reservations, plans, effective }
    }

    /// Features that the columns allow: absent ones are shown as turned off.
    pub(crate) fn features(&self) -> serde_json::Value {
        let rules = self.rules();
        let focus = self.format == Format::Focus;
        serde_json::json!({
            "format": if focus { "FOCUS" } else { "CUR" },
            "resource_ids": self.text[fields::RESOURCE].is_some(),
            "list_price": self.numbers[fields::LIST].is_some(),
            "net_cost": self.numbers[fields::NET_BILLED].is_some(),
            "reservations": if focus { rules.effective } else { rules.reservations },
            "savings_plans": if focus { rules.effective } else { rules.plans },
            "split_cost": self.numbers[fields::SPLIT_COST].is_some(),
            "tags": !(self.tags.columns.is_empty() && self.tags.maps.is_empty()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        text.split(' ').map(ToOwned::to_owned).collect()
    }

    #[test]
    fn recognises_cur_and_focus() {
        let cur = "bill/BillingPeriodStartDate lineItem/UsageStartDate lineItem/UsageAccountId lineItem/ProductCode lineItem/LineItemType lineItem/UnblendedCost resourceTags/user:Team resourceTags/aws:createdBy costCategory/Unit product/shoeSize";
        let columns = Columns::recognise("f", &names(cur), false).unwrap();
        assert_eq!((columns.format, columns.tags.columns.len(), columns.others.len()), (Format::Cur, 2, 1));
        assert_eq!(columns.tags.columns[1].key, "aws:createdBy");
        let newer = format!("{cur} lineItem/BlendedCost lineItem/ShoeSize reservation_shoe_count");
        let columns = Columns::recognise("f", &names(&newer), false).unwrap();
        let others: Vec<_> = columns.others.iter().map(|at| columns.names[*at].as_str()).collect();
        assert_eq!(others, ["product/shoeSize", "lineItem/ShoeSize", "reservation_shoe_count"]);
        let focus = "BilledCost ChargePeriodStart BillingPeriodStart ChargeCategory SubAccountId Tags";
        assert_eq!(Columns::recognise("f", &names(focus), false).unwrap().format, Format::Focus);
    }

    #[test]
    fn names_what_is_missing_or_doubled() {
        let cur =
            "lineItem/UsageStartDate lineItem/UsageAccountId lineItem/ProductCode lineItem/LineItemType";
        let error = Columns::recognise("f.csv", &names(cur), true).unwrap_err();
        assert_eq!(error.column.as_deref(), Some("lineItem/UnblendedCost"));
        let error = Columns::recognise("f.csv", &names("BilledCost BilledCost"), true).unwrap_err();
        assert!(error.to_string().contains("twice"), "{error}");
        assert!(
            Columns::recognise("f.csv", &names("a b c"), true)
                .unwrap_err()
                .to_string()
                .contains("no cost report")
        );
    }

    #[test]
    fn case_and_separators_do_not_matter() {
        for header in [
            "billedcost chargeperiodstart billingperiodstart chargecategory billingaccountid tags",
            "BILLED_COST CHARGE_PERIOD_START BILLING_PERIOD_START CHARGE_CATEGORY SUB_ACCOUNT_ID TAGS",
        ] {
            let columns = Columns::recognise("f", &names(header), false).unwrap();
            assert_eq!(
                (columns.format, columns.tags.maps.len(), columns.others.len()),
                (Format::Focus, 1, 0)
            );
        }
        let cur = "BILL/BILLINGPERIODSTARTDATE LINEITEM/USAGESTARTDATE LINEITEM/USAGEACCOUNTID LINEITEM/PRODUCTCODE LINEITEM/LINEITEMTYPE LINEITEM/UNBLENDEDCOST";
        assert_eq!(Columns::recognise("f", &names(cur), false).unwrap().format, Format::Cur);
    }

    #[test]
    fn a_cur_with_columns_of_cost_analytics_is_a_cur() {
        let cur = "bill_billing_period_start_date line_item_usage_start_date line_item_usage_account_id line_item_product_code line_item_line_item_type line_item_unblended_cost billed_cost region user_team";
        let columns = Columns::recognise("f", &names(cur), false).unwrap();
        assert_eq!((columns.format, columns.others.len()), (Format::Cur, 1));
        assert_eq!(columns.tags.columns[0].key, "team");
        assert!(columns.text[fields::REGION].is_some());
    }

    #[test]
    fn blank_names_and_blank_ends_are_no_doubles() {
        let mut header = names("BilledCost ChargePeriodStart BillingPeriodStart ChargeCategory SubAccountId");
        header.extend(["", "", " "].map(ToOwned::to_owned));
        assert!(Columns::recognise("f", &header, false).unwrap().others.is_empty());
        let cur = "bill/BillingPeriodStartDate lineItem/UsageStartDate lineItem/UsageAccountId lineItem/ProductCode lineItem/LineItemType lineItem/UnblendedCost";
        let mut header = names(cur);
        header.extend(["resourceTags/user:Team", "resourceTags/user:Team "].map(ToOwned::to_owned));
        let columns = Columns::recognise("f", &header, false).unwrap();
        assert_eq!(columns.tags.columns.len(), 2);
    }

    #[test]
    fn commitments_need_their_whole_set() {
        let core = "bill/BillingPeriodStartDate lineItem/UsageStartDate lineItem/UsageAccountId lineItem/ProductCode lineItem/LineItemType lineItem/UnblendedCost";
        let columns = Columns::recognise(
            "f",
            &names(&format!("{core} savingsPlan/SavingsPlanEffectiveCost savingsPlan/UsedCommitment")),
            false,
        )
        .unwrap();
        assert!(!columns.rules().plans && !columns.rules().reservations);
        assert_eq!(columns.missing()[1], ["savingsPlan/TotalCommitmentToDate"]);
        assert_eq!(columns.missing()[0].len(), 4);
    }
}
