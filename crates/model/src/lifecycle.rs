//! How compute is bought.

use crate::words::words;

words! {
    /// The value of the dimension `lifecycle`.
    Lifecycle {
        /// At public prices.
        OnDemand = "On-demand",
        /// At spot prices.
        Spot = "Spot",
        /// Covered by a reservation.
        Reserved = "Reserved",
        /// Covered by a savings plan.
        SavingsPlan = "Savings plan",
        /// No compute.
        Other = "Other",
    }
}
