//! How good recommendations of commitments are, and how fast: prints the tables of `bench/commitments.md`.
//!
//! `cargo run --release -p analyses --example commitments -- [one|offers|joint|databases|accounts|gaps] [HOURS] [TYPES]`

#![allow(clippy::print_stdout, missing_docs, unreachable_pub, reason = "prints its figures")]
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "figures of its own making")]

mod company;
mod gaps;
mod speed;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let what = arguments.next().unwrap_or_else(|| "one".into());
    let mut number = |default| arguments.next().and_then(|text| text.parse().ok()).unwrap_or(default);
    let (hours, types) = (number(8_760), number(3_000));
    match what.as_str() {
        "one" => speed::one(hours, types),
        "offers" => speed::offers(hours.min(2_160), types),
        "joint" => speed::joint(hours, types, 40),
        "databases" => speed::databases(hours.min(2_160), types),
        "accounts" => speed::accounts(hours.min(720), types),
        "gaps" => gaps::print(),
        other => println!("unknown: {other}"),
    }
    speed::peak();
}
