//! What follows from costs: forecasts, savings, irregular spend, commitments. Pure functions over figures; doubles are
//! at home here and nowhere else.

pub mod budgets;
pub mod commitments;
pub mod efficiency;
pub mod projection;
pub mod trends;
pub mod waste;
pub mod workloads;
