//! How well irregular spend is found, and how long that takes: prints the tables of `bench/trends.md`.
//!
//! `cargo run --release -p analyses --example trends -- [quality|other|speed|causes] [SEED…]`

#![allow(clippy::print_stdout, missing_docs, unreachable_pub, reason = "prints its figures")]

mod causes;
mod incidents;
mod other;
mod quality;
mod random;
mod score;
mod speed;
mod world;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let what = arguments.next().unwrap_or_else(|| "quality".into());
    let seeds: Vec<u64> = arguments.filter_map(|seed| seed.parse().ok()).collect();
    let seeds = if seeds.is_empty() { vec![201, 202, 203] } else { seeds };
    match what.as_str() {
        "quality" => quality::print("own generator", world::world, &seeds),
        "other" => quality::print("another generator", other::other, &seeds),
        "causes" => causes::print(&seeds),
        "speed" => speed::print(),
        other => println!("unknown: {other}"),
    }
}
