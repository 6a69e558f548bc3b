//! Measures of what was owned, from the bill's rows: one definition of each.

use super::money::ratio;
use model::Decimal;

/// One commitment over any span, as its rows say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Measured {
    /// Effective cost of the rows that it covered.
    pub used: Decimal,
    /// Cost of what was not used.
    pub unused: Decimal,
    /// Public on-demand cost of the rows that it covered.
    pub equivalent: Decimal,
}

impl Measured {
    /// What it cost, used or not. The refund of a plan that was returned is cash and has no part in it.
    pub fn cost(&self) -> Decimal {
        self.used + self.unused
    }

    /// Part of its cost that was used; `None` if it cost nothing.
    pub fn utilization(&self) -> Option<Decimal> {
        ratio(self.used, self.cost())
    }

    /// Savings of what was used.
    pub fn gross_savings(&self) -> Decimal {
        self.equivalent - self.used
    }

    /// Savings less what was not used: negative where on demand would have been cheaper.
    pub fn net_savings(&self) -> Decimal {
        self.equivalent - self.cost()
    }
}

/// All commitments of a scope (compute, or the rest), and what beside them they could have taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// All commitments of the scope together.
    pub owned: Measured,
    /// On-demand cost of usage that commitments could take. Spot is not among it.
    pub on_demand: Decimal,
    /// Spot usage at on-demand rates.
    pub spot_list: Decimal,
    /// What the spot usage cost.
    pub spot_cost: Decimal,
}

impl Scope {
    /// Part of the usage that was covered, by on-demand dollars; `None` without usage.
    pub fn coverage(&self) -> Option<Decimal> {
        ratio(self.owned.equivalent, self.owned.equivalent + self.on_demand)
    }

    /// What was saved of what all the usage would have cost on demand; `None` without usage.
    pub fn effective_savings_rate(&self) -> Option<Decimal> {
        ratio(self.owned.net_savings(), self.owned.equivalent + self.on_demand)
    }

    /// The same with spot usage, at what it saved.
    pub fn effective_savings_rate_with_spot(&self) -> Option<Decimal> {
        let saved = self.owned.net_savings() + self.spot_list - self.spot_cost;
        ratio(saved, self.owned.equivalent + self.on_demand + self.spot_list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    /// $54 of 60 used for what would have cost 80, beside 20 on demand: 90 % used, 26 saved gross and 20 net, 80 % covered,
    /// 20 % saved. Spot of 100 for 30 besides: (20 + 70) / 200.
    #[test]
    fn measures_by_hand() {
        let owned = Measured { used: decimal("54"), unused: decimal("6"), equivalent: decimal("80") };
        assert_eq!((owned.gross_savings(), owned.net_savings()), (decimal("26"), decimal("20")));
        assert_eq!(owned.utilization(), Some(decimal("0.9")));
        let scope =
            Scope { owned, on_demand: decimal("20"), spot_list: decimal("100"), spot_cost: decimal("30") };
        assert_eq!(scope.coverage(), Some(decimal("0.8")));
        assert_eq!(scope.effective_savings_rate(), Some(decimal("0.2")));
        assert_eq!(scope.effective_savings_rate_with_spot(), Some(decimal("0.45")));
    }

    #[test]
    fn nothing_has_no_rates() {
        let scope = Scope::default();
        assert_eq!((scope.coverage(), scope.effective_savings_rate()), (None, None));
        assert_eq!(scope.owned.utilization(), None);
        // A plan that is never used: all of it is lost.
        let unused = Measured { unused: decimal("5"), ..Measured::default() };
        assert_eq!((unused.utilization(), unused.net_savings()), (Some(Decimal::ZERO), decimal("-5")));
    }
}
