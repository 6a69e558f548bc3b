use super::*;
use crate::{DIMENSIONS, DaySpan, MappingName, MergedTag};
use chrono::{NaiveTime, TimeDelta};
use proptest::prelude::*;

fn dimension() -> impl Strategy<Value = Dimension> {
    let key = "[^\u{0}]{1,6}";
    prop_oneof![
        (0..DIMENSIONS.len()).prop_map(|at| Dimension::from(DIMENSIONS[at].dimension)),
        key.prop_map(Dimension::Tag),
        key.prop_map(|key| Dimension::MergedTag(MergedTag::new(key))),
        key.prop_map(|key| Dimension::CarriedTag(Box::new(Dimension::Tag(key)))),
        key.prop_map(|key| Dimension::CarriedTag(Box::new(Dimension::MergedTag(MergedTag::new(key))))),
        key.prop_map(Dimension::CostCategory),
        Just(MappingName::Subset.into()),
        Just(MappingName::SubsetId.into()),
        Just(MappingName::OrganizationalUnit.into()),
        key.prop_map(|key| MappingName::VirtualTag(key).into()),
    ]
}

fn day() -> impl Strategy<Value = NaiveDate> {
    (0_i64..70_000).prop_map(|days| crate::limits::FIRST_DAY + TimeDelta::days(days))
}

fn span() -> impl Strategy<Value = DaySpan> {
    (day(), 1_i64..2_000).prop_map(|(from, days)| DaySpan { from, to: from + TimeDelta::days(days) })
}

fn as_of() -> impl Strategy<Value = AsOf> {
    let instant = |(day, ms): (NaiveDate, i64)| {
        AsOf::Instant(day.and_time(NaiveTime::MIN).and_utc() + TimeDelta::milliseconds(ms))
    };
    prop_oneof![day().prop_map(AsOf::Day), (day(), 0_i64..86_400_000).prop_map(instant)]
}

fn time() -> impl Strategy<Value = Time> {
    prop_oneof![
        Just(Time::ALWAYS),
        span().prop_map(|span| Time::Days { from: Some(span.from), to: Some(span.to) }),
        day().prop_map(|day| Time::Days { from: Some(day), to: None }),
        day().prop_map(|day| Time::Days { from: None, to: Some(day) }),
        prop::sample::select(NamedSpan::ALL).prop_map(Time::Named),
    ]
}

prop_compose! {
    fn question()(
        metric in prop::sample::select(crate::METRICS),
        group_by in prop::collection::vec(dimension(), 0..4),
        view in prop::sample::select(vec![
            TimeView::Total, TimeView::Hour, TimeView::Day, TimeView::Week, TimeView::Month,
        ]),
        time in time(),
        filters in prop::collection::vec(
            (dimension(), any::<bool>(), prop::collection::vec(".{0,8}", 1..4)), 0..4),
        top in prop::option::of(0_usize..1_000),
        compare in prop::option::of(prop_oneof![
            Just(Comparison::Previous), Just(Comparison::YearAgo), span().prop_map(Comparison::Span),
        ]),
        shared: bool,
        as_of in prop::option::of(as_of()),
    ) -> Question {
        let mut once: Vec<Dimension> = vec![];
        for dimension in group_by {
            if !once.contains(&dimension) {
                once.push(dimension);
            }
        }
        let filter = |(dimension, exclude, values)| Filter { dimension, exclude, values };
        Question {
            metric: metric.metric,
            group_by: once,
            view,
            time,
            filters: filters.into_iter().map(filter).collect(),
            top,
            compare,
            shared,
            as_of,
        }
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read(question in question()) {
        let text = question.to_string();
        let read = text.parse::<Question>();
        prop_assert_eq!(read.as_ref(), Ok(&question), "{}", text);
        let json = serde_json::to_string(&question).unwrap();
        prop_assert_eq!(serde_json::from_str::<Question>(&json).unwrap(), question, "{}", json);
    }

    #[test]
    fn an_address_keeps_all_that_refers_to_nothing(filters in prop::collection::vec((dimension(), ".{0,8}"), 0..4)) {
        let mut address = "tab=virtual%3Ax&q=a+b%20c&hide=&&bars=whole".to_owned();
        for (dimension, value) in filters {
            let filter = Filter { dimension, exclude: false, values: vec![value] };
            let pair = url::form_urlencoded::Serializer::new(String::new())
                .append_pair("filter", &filter.to_string())
                .finish();
            address = format!("{address}&{pair}");
        }
        prop_assert_eq!(with_references(&address, |_| None, |_| None), address.clone());
        // Written anew, it says the same.
        let same = with_references(&address, |filter| Some(filter.clone()), |tab| Some(tab.to_owned()));
        prop_assert_eq!(Page::read(&same), Page::read(&address));
    }
}

#[test]
fn a_question_is_written_as_short_as_it_is() {
    assert_eq!(Question::total(Metric::Amortized).to_string(), "");
    let text = "metric=list&group_by=account_id&group_by=tag%3Aa%5C%2Cb&view=day&time=last-month&filter=region%21%3DGlobal&top=5&compare=year&shared=split";
    assert_eq!(text.parse::<Question>().unwrap().to_string(), text);
    let json = serde_json::to_value(text.parse::<Question>().unwrap()).unwrap();
    assert_eq!(json["version"], 1);
    assert_eq!(json["group_by"][1], "tag:a,b");
    assert_eq!(json["filters"][0]["exclude"], true);
    let least: Question = serde_json::from_str("{}").unwrap();
    assert_eq!(least, Question::total(Metric::Amortized));
}

#[test]
fn rows_of_subsets_are_named_by_what_subsets_are_referred_to_by() {
    let put = |address: &str| {
        let by_id = |filter: &Filter| {
            let values = filter.values.iter().map(|value| value.to_lowercase()).collect();
            Some(Filter { dimension: MappingName::SubsetId.into(), values, ..filter.clone() })
        };
        with_references(address, by_id, |_| None)
    };
    assert_eq!(
        put("tab=subset&hide=row:A%5C%2CB&explain=row:C&hide=other"),
        "tab=subset&hide=row%3Aa%5C%2Cb&explain=row%3Ac&hide=other"
    );
    assert_eq!(put("tab=service&hide=row:A"), "tab=service&hide=row:A");
}

#[test]
fn filters_of_before_the_first_version_say_what_they_said() {
    for (before, key) in
        [(r"tag:a\=x", r"a\"), (r"tag:a\\b!=x", r"a\\b"), (r"tag:a\!=x=y", r"a\"), ("tag:a=x", "a")]
    {
        let pair =
            url::form_urlencoded::Serializer::new(String::new()).append_pair("filter", before).finish();
        let page = Page::read(&in_first_version(&format!("tab=tag&{pair}&q=%5C"))).unwrap();
        let query = page.question("2026-10-23".parse().unwrap(), &[], &[]).unwrap();
        assert_eq!(query.filters[0].dimension, Dimension::Tag(key.to_owned()), "{before}");
    }
    let same = "filter=service%21%3Da%5C%2Cb&tab=tag&q=a+%5C";
    assert_eq!(in_first_version(same), same);
}

#[test]
fn nonsense_is_told_apart() {
    for (text, says) in [
        ("metric=colour", "the parameter 'metric' is 'colour'"),
        ("metric=list&metric=list", "given 2 times"),
        ("group_by=colour", "account_id"),
        ("group_by=region,region", "given twice"),
        ("group_by=region&group_by=region", "given twice"),
        ("filter=region", "DIMENSION=VALUE"),
        ("from=2026-03-02&to=2026-03-01", "holds no day"),
        ("time=yesterday", "last-30-days"),
        ("time=this-month&from=2026-03-02", "given twice"),
        ("as_of=yesterday", "neither a day"),
        ("shared=yes", "no way to show shared costs"),
        ("version=2", "version '2'"),
        ("colour=red", "no parameter 'colour'"),
    ] {
        let error = text.parse::<Question>().unwrap_err().to_string();
        assert!(error.contains(says), "{text}: {error}");
    }
    for json in [
        r#"{"version":2}"#,
        r#"{"colour":"red"}"#,
        r#"{"time":"this-month","to":"2026-03-01"}"#,
        r#"{"as_of":"1066-10-14"}"#,
        r#"{"filters":[{"dimension":"region","values":[]}]}"#,
    ] {
        assert!(serde_json::from_str::<Question>(json).is_err(), "{json}");
    }
}

#[test]
fn named_spans_move_with_the_data() {
    let question: Question = "time=last-quarter".parse().unwrap();
    let query = question.clone().cost_query("2026-10-23".parse().ok());
    let days = (query.from.unwrap().to_string(), query.to.unwrap().to_string());
    assert_eq!(days, ("2026-07-01".to_owned(), "2026-10-01".to_owned()));
    assert_eq!(question.cost_query(None).from, None);
}
