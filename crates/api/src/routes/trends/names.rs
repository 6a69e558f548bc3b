//! Words of the wire for what irregular spend is told by.

use crate::names::names;
use crate::problem::ApiError;
use app::AppError;
use app::trends::{Direction, Hint, Kind, Measure, Method, Quiet, Rule, Severity, Status, Verdict};
use serde::de::DeserializeOwned;

names! {
    /// Where an event stands.
    TrendStatus for Status {
        /// It goes on.
        Open,
        /// Costs are as before, or the new level is the normal one.
        Ended,
        /// The data that raised it were restated.
        Withdrawn,
    }
}

names! {
    /// Up or down.
    TrendDirection for Direction {
        /// Costs rose.
        Increase,
        /// Costs fell.
        Decrease,
    }
}

names! {
    /// What kind of irregularity.
    TrendKind for Kind {
        /// High for at most a week.
        Spike,
        /// A higher level.
        Shift,
        /// Rising too slowly for any day to be irregular.
        Leak,
        /// Costs where there were none before.
        New,
        /// A fee where there was none in the months before.
        OneTime,
        /// A fee that rose.
        Fee,
        /// The price of a unit rose.
        UnitPrice,
        /// A lower level.
        Drop,
        /// No costs any more.
        Gone,
        /// No data from a connection.
        NoData,
    }
}

names! {
    /// Which costs an event is about.
    TrendMeasure for Measure {
        /// Amortized cost of usage, by day.
        Usage,
        /// Tax, by month.
        Tax,
        /// Support plans, by month.
        Support,
        /// Fees of commitments.
        Commitment,
        /// Subscriptions and one-time fees, by month.
        Fee,
        /// Credits.
        Credit,
        /// Refunds.
        Refund,
    }
}

names! {
    /// How much an event matters.
    TrendSeverity for Severity {
        /// Good to know.
        Low,
        /// Worth a look this week.
        Medium,
        /// Worth a look today.
        High,
        /// Worth a look now.
        Critical,
    }
}

names! {
    /// What else should be thought of.
    TrendHint for Hint {
        /// A region that was never used before: stolen keys are used where nobody looks.
        Security,
    }
}

names! {
    /// Why nobody is told of an event.
    TrendQuiet for Quiet {
        /// The organization's first data were looked at.
        FirstLoad,
        /// Its days are more than seven data days old.
        Old,
        /// No definition that saw it notifies.
        Recorded,
        /// Ranges alone saw it, and it came on the same day of the months before.
        Habit,
        /// Somebody said that it would come.
        Expected,
        /// Somebody does not want to hear of it now.
        Snoozed,
        /// An event of this height was said to be planned or false.
        Judged,
    }
}

names! {
    /// What somebody thinks of an event.
    TrendVerdict for Verdict {
        /// It was irregular.
        Real,
        /// It was meant to be so.
        Planned,
        /// It was regular.
        False,
    }
}

names! {
    /// How a figure is judged.
    TrendMethod for Method {
        /// The last day against the same weekday one to four weeks ago.
        Daily,
        /// The last 7 days against the four 7-day spans before.
        Weekly,
        /// The last 30 days against the four 30-day spans before.
        Monthly,
        /// Level and weekday, spread, what was seen before, the month; and what rises slowly.
        Robust,
    }
}

names! {
    /// The rule behind the highest regular cost.
    TrendRule for Rule {
        /// Expected cost and its spread.
        Spread,
        /// This height was seen twice within 180 days.
        SeenBefore,
        /// It came on the same day of a month before.
        SameDayOfMonth,
    }
}

/// A word of an address, read as one of those that a field takes.
pub(super) fn read<T: DeserializeOwned>(field: &str, text: &str) -> Result<T, ApiError> {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).map_err(|error| {
        AppError::invalid(format!("{field}: {error}")).advise("Write one of these words.").into()
    })
}
