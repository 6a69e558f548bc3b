//! How large a question, a definition and an answer may be. What people ask and define decides how much of the machine
//! it takes; without an end, one reader stops everybody. Each limit says what it protects and why it is this number.
//! Honest use was looked at first: the page lists a thousand groups, people filter by hundreds of values, the largest
//! organizations have some thousands of accounts.

use chrono::NaiveDate;
use std::time::Duration;

/// Bytes of a question's query string: servers and proxies between refuse longer ones anyway.
pub const MOST_QUESTION_BYTES: usize = 64 << 10;
/// Parameters of a question. "The rest" of a table of a thousand groups names each by up to four keys.
pub const MOST_PARAMETERS: usize = 5_000;
/// Filters of a question, however many of them are on one dimension.
pub const MOST_FILTERS: usize = 1_000;
/// Filters that use cases add to those that were asked for (savings look at compute alone, charges leave out tax).
pub const MOST_ADDED_FILTERS: usize = 10;
/// Values of all filters of a question: each is looked for among the values of its dimension.
pub const MOST_FILTER_VALUES: usize = 20_000;
/// Different dimensions that a question filters by: there are two dozen, and tags beside them. Each is a condition of
/// the statement, and a pass over the rows.
pub const MOST_FILTERED_DIMENSIONS: usize = 40;
/// Dimensions of a question's groups: more make every row a group of its own.
pub const MOST_GROUP_BY: usize = 10;
/// Different tags and cost categories that a question looks at, those of its rules too: for each, every set of tags
/// that any row has is read, and the result is kept.
pub const MOST_KEYS: usize = 40;

/// Rules of a mapping (a virtual tag, the rest of a table): each may be tried for every different row.
pub const MOST_RULES: usize = 2_000;
/// Conditions of one rule: one for each dimension and some more.
pub const MOST_CONDITIONS: usize = 20;
/// Values of all conditions of a mapping that are compared as a whole.
pub const MOST_RULE_VALUES: usize = 20_000;
/// Values of all conditions of a mapping that are looked for as a beginning or a part: these are tried one by one.
pub const MOST_RULE_PARTS: usize = 1_000;
/// Regular expressions of a mapping. Each is a program that is made for every question, and run for every different value;
/// it needs no more time than the text is long, whatever it says.
pub const MOST_RULE_PATTERNS: usize = 100;
/// Bytes of the text of a regular expression, and of the program that it becomes: repetitions of repetitions are short to
/// write and long to make.
pub const LONGEST_PATTERN: usize = 500;
/// See [`LONGEST_PATTERN`].
pub const PATTERN_BYTES: usize = 256 << 10;
/// Bytes of the text of a mapping: it is in the SQL of each answer, and in memory with the organization's definitions.
pub const MOST_RULE_BYTES: usize = 512 << 10;
/// Virtual tags of an organization: all are read with each change of any.
pub const MOST_VIRTUAL_TAGS: usize = 100;
/// Subsets of an organization: their page asks several questions for each.
pub const MOST_SUBSETS: usize = 500;
/// Accounts that are named by an organization's subsets together, and by the targets of a shared cost.
pub const MOST_NAMED_ACCOUNTS: usize = 50_000;
/// Bytes of an account's identifier: AWS has 12, the longest of other providers some 120.
pub const LONGEST_ACCOUNT: usize = 200;
/// Tags whose values have other spellings, and spellings of the values of one: each is a case of the statement.
pub const MOST_SPELT_KEYS: usize = 100;
/// See [`MOST_SPELT_KEYS`].
pub const MOST_SPELLINGS: usize = 500;
/// Bytes of a tag's key or value: AWS allows 128 and 256 letters.
pub const LONGEST_TAG: usize = 1_024;
/// Letters of a name that somebody gives to an account: names stand in tables and legends.
pub const LONGEST_NAME: usize = 100;
/// Names of one account that are remembered, the newest ones.
pub const MOST_NAMES_OF_AN_ACCOUNT: usize = 50;
/// Accounts that the conditions of an organization's virtual tags on names of accounts may stand for in all.
pub const MOST_ACCOUNTS_BY_NAME: usize = 500_000;
/// Rules for shared costs of an organization: each is split month by month over its accounts.
pub const MOST_SHARED_COSTS: usize = 100;

/// First day that a question may name. No bill of a cloud is older: the first ones are of 2006.
pub const FIRST_DAY: NaiveDate = day(2000);
/// End of the days that a question may name: commitments end long before, and arithmetic on dates stays far from the
/// ends of the calendar.
pub const END_DAY: NaiveDate = day(2200);

/// Buckets of an answer: two years of hours, fifty of days. No chart shows more, a sheet has 16,384 columns.
pub const MOST_BUCKETS: usize = 20_000;
/// Figures of an answer that is computed from the roll-up (16 bytes each and thread): a year of days of five thousand
/// groups. Beyond, the largest groups can still be asked for by `top`.
pub const MOST_CELLS: usize = 1 << 21;
/// Bytes of the groups of an answer that is computed from line items: some hundred thousand resources.
pub const MOST_GROUP_BYTES: usize = 128 << 20;
/// Figures of an answer that is sent as JSON: a page could not show them; files carry more.
pub const MOST_FIGURES_IN_PAGE: usize = 500_000;
/// Rows behind a figure that can be paged through: to get at a page, all rows before it are sorted. The file has all.
pub const MOST_ROWS_PAGED: usize = 1_000_000;

/// How long a file of the lake that nothing names any more stays there: whoever resolved a state of the bills while it
/// was named still reads it. Longer than a question may wait and take, and than the slowest reader of a file may read.
pub const LAKE_GRACE: Duration = Duration::from_hours(3);

/// The first day of a year.
const fn day(year: i32) -> NaiveDate {
    match NaiveDate::from_yo_opt(year, 1) {
        Some(day) => day,
        None => NaiveDate::MIN,
    }
}
