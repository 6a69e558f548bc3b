//! A question by options, or in one text.

use super::Format;
use clap::Args;
use model::question::QuestionError;
use model::{AsOf, Comparison, Day, Dimension, Filter, Metric, TimeView};

/// What is asked for; shared by `query` and `explain`.
#[derive(Debug, Args)]
pub(crate) struct Question {
    /// What is summed: amortized, unblended, net_amortized, net_unblended, list, usage_amount
    #[arg(long, default_value = "amortized")]
    pub(crate) metric: Metric,
    /// Dimensions: account_id, service, region, tag:KEY, …; separated by commas
    #[arg(long, value_name = "DIM[,DIM]", value_parser = parse_dimensions)]
    pub(crate) group_by: Option<Dimensions>,
    /// First day of usage (UTC)
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) from: Option<Day>,
    /// Day after the last (UTC)
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) to: Option<Day>,
    /// DIM=V[,V] keeps, DIM!=V[,V] leaves out; an empty value stands for none; may be repeated
    #[arg(long, value_name = "FILTER")]
    pub(crate) filter: Vec<Filter>,
    /// As the bill stood at the end of a day (UTC), YYYY-MM-DD, or at an instant, as 2026-11-20T10:00:00Z
    #[arg(long, value_name = "DAY")]
    pub(crate) as_of: Option<AsOf>,
}

/// A parsed list of dimensions (a type of its own, so that clap does not take it for a repeated option).
#[derive(Clone, Debug, Default)]
pub(crate) struct Dimensions(pub(crate) Vec<Dimension>);

fn parse_dimensions(text: &str) -> Result<Dimensions, String> {
    app::read::parse_group_by(text).map(Dimensions).map_err(|error| error.to_string())
}

fn parse_question(text: &str) -> Result<model::Question, String> {
    let with_advice = |error: QuestionError| match error.advice() {
        Some(advice) => format!("{error}. {advice}"),
        None => error.to_string(),
    };
    if text.trim_start().starts_with('{') {
        serde_json::from_str(text).map_err(|error| with_advice(QuestionError::Json(error.to_string())))
    } else {
        text.parse().map_err(with_advice)
    }
}

#[derive(Debug, Args)]
pub(crate) struct Query {
    #[command(flatten)]
    pub(crate) question: Question,
    /// Buckets: total, hour, day, week, month
    #[arg(long, default_value = "total")]
    pub(crate) view: TimeView,
    /// Keep the N largest groups and sum the rest
    #[arg(long, value_name = "N")]
    pub(crate) top: Option<usize>,
    /// Compare with the span before; the same as --compare previous
    #[arg(long, conflicts_with = "compare")]
    pub(crate) compare_previous: bool,
    /// Compare with the span before (previous), the same days a year ago (year), or FIRST..END, END after the last day
    #[arg(long, value_name = "SPAN")]
    pub(crate) compare: Option<Comparison>,
    /// The whole question in one, in place of the other options: as a query string of the API, or as JSON
    #[arg(
        long = "question",
        value_name = "QUESTION",
        value_parser = parse_question,
        conflicts_with_all = ["metric", "group_by", "from", "to", "filter", "view", "top", "compare", "compare_previous", "as_of"]
    )]
    pub(crate) asked: Option<model::Question>,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
}

#[cfg(test)]
mod tests {
    use crate::cli::{Cli, Command, Query};
    use clap::Parser;

    fn read(arguments: &[&str]) -> Result<Query, clap::Error> {
        let cli = Cli::try_parse_from(["cloud-analyzer", "query"].iter().chain(arguments))?;
        let Command::Query(query) = cli.command else { panic!("not a query") };
        Ok(query)
    }

    #[test]
    fn a_question_is_given_whole_as_text_or_json() {
        let text = "group_by=service&time=last-month&filter=region!=Global";
        let json = r#" {"group_by": ["service"], "time": "last-month",
            "filters": [{"dimension": "region", "exclude": true, "values": ["Global"]}]}"#;
        let asked = |text| read(&["--question", text]).unwrap().asked.unwrap();
        assert_eq!(asked(text), asked(json));
        for (arguments, says) in [
            (&["--question", "version=9"][..], "version '9'"),
            (&["--question", "{\"colour\": 1}"], "colour"),
            (&["--question", "", "--metric", "list"], "cannot be used with"),
        ] {
            let error = read(arguments).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
    }
}
