//! Savings plan offers as AWS's price files name them.

use super::{Plan, Terms, read_payment, read_term};
use analyses::commitments::Term;

/// What a file says of one plan, in whichever of its places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct PlanWords {
    /// Product family, service code, usage type, description: which plan it is.
    pub(super) kind: String,
    /// `1`, `1yr` ….
    pub(super) term: String,
    /// `No Upfront` ….
    pub(super) payment: String,
    /// `1 year No Upfront Compute Savings Plan`.
    pub(super) description: String,
}

impl PlanWords {
    /// Terms of its rates; says what is missing.
    pub(super) fn terms(&self) -> Result<Terms, String> {
        let words = self.description.as_str();
        let term = read_term(&self.term).or_else(|| {
            let (count, rest) = words.trim().split_once(' ')?;
            rest.trim_start().to_ascii_lowercase().starts_with("year").then(|| read_term(count))?
        });
        let payment = read_payment(&self.payment).or_else(|| {
            ["No Upfront", "Partial Upfront", "All Upfront"]
                .into_iter()
                .find(|name| words.contains(name))
                .and_then(read_payment)
        });
        let all = format!("{} {words}", self.kind);
        let plan = kind(&all);
        let missing = |what: &str| format!("{what} of the savings plan '{}' is not known", all.trim());
        Ok(Terms::Plan {
            plan: plan.ok_or_else(|| missing("the kind"))?,
            term: term.ok_or_else(|| missing("the term"))?,
            payment: payment.ok_or_else(|| missing("the payment"))?,
        })
    }
}

/// Which plan some words are about. Both compute kinds are of one service code, so that the narrower is looked for first.
fn kind(words: &str) -> Option<Plan> {
    let words: String = words.chars().filter(char::is_ascii_alphanumeric).collect();
    let words = words.to_ascii_lowercase();
    let has = |part: &str| words.contains(part);
    if has("ec2instance") || has("ec2sp") {
        Some(Plan::Ec2Instance)
    } else if has("database") {
        Some(Plan::Database)
    } else if has("sagemaker") || has("machinelearning") {
        Some(Plan::SageMaker)
    } else if has("compute") {
        Some(Plan::Compute)
    } else {
        None
    }
}

/// Term of `{"duration": 1, "unit": "year"}`.
pub(super) fn lease(duration: &str, unit: &str) -> String {
    let (duration, unit) = (duration.trim(), unit.trim());
    if unit.is_empty() { duration.to_owned() } else { format!("{duration}{unit}") }
}

/// Term of a plan by its seconds.
pub(super) const fn of_seconds(seconds: u64) -> Option<Term> {
    match seconds / 86_400 {
        365 | 366 => Some(Term::OneYear),
        1_095..=1_096 => Some(Term::ThreeYears),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_are_known_by_any_of_their_names() {
        let of = |kind: &str, term: &str, payment: &str, description: &str| {
            let words = PlanWords {
                kind: kind.into(),
                term: term.into(),
                payment: payment.into(),
                description: description.into(),
            };
            words.terms().map(|terms| terms.to_string())
        };
        assert_eq!(
            of("ComputeSavingsPlans ComputeSavingsPlans", "1year", "No Upfront", ""),
            Ok("plan:compute:1yr:no-upfront".into())
        );
        assert_eq!(
            of("EC2InstanceSavingsPlans ComputeSavingsPlans", "3", "All Upfront", ""),
            Ok("plan:ec2:3yr:all-upfront".into())
        );
        assert_eq!(
            of("", "", "", "3 year No Upfront r8i EC2 Instance Savings Plan in eu-west-3"),
            Ok("plan:ec2:3yr:no-upfront".into())
        );
        assert_eq!(
            of("DatabaseSavingsPlans", "1yr", "No Upfront", ""),
            Ok("plan:database:1yr:no-upfront".into())
        );
        assert!(of("ComputeSavingsPlans", "2year", "No Upfront", "").unwrap_err().contains("term"));
        assert!(of("SupportPlan", "1yr", "No Upfront", "").unwrap_err().contains("kind"));
    }
}
