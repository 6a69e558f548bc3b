//! What computing costs: a replay of thirteen months, one new day, a threshold that is dragged.

use crate::world::world;
use analyses::trends::{Asked, Bill, Definition, Leaves, Memory, Method, Object, Seen, Series, detect};
use model::Decimal;
use std::time::Instant;

const SERIES: usize = 6_000;

pub fn print() {
    let mut bill = world(301, 420, 1.0).bill();
    bill.series.retain(|series| series.measure == analyses::trends::Measure::Usage);
    bill.series.truncate(SERIES);
    let days = bill.days();
    println!("{} series x {days} days", bill.series.len());
    println!("| what | processor ms | wall ms |");
    println!("| --- | --- | --- |");
    measured("replay, one thread", 3, || Memory::new(bill.clone(), 1));
    measured("replay, two threads", 3, || Memory::new(bill.clone(), 2));
    let yesterday = Memory::new(until(&bill, days - 1), 2);
    // Copies of the memory are made before the clock starts.
    let mut copies: Vec<(Memory, Bill)> = (0..5).map(|_| (yesterday.clone(), bill.clone())).collect();
    measured("one new day learned, one thread", 5, || {
        copies.pop().map(|(memory, bill)| memory.renewed(bill, 1))
    });
    let memory = Memory::new(bill.clone(), 2);
    for definition in Definition::predefined() {
        let mut percent = 20;
        measured(&format!("back-test, {:?}", definition.method), 10, || {
            percent += 3;
            let threshold_percent = Decimal::from(percent);
            memory.backtest(&Definition { threshold_percent, ..definition.clone() })
        });
    }
    let robust: Vec<Definition> =
        Definition::predefined().into_iter().filter(|one| one.method == Method::Robust).collect();
    for (name, definitions) in [("robust", robust), ("all predefined", Definition::predefined())] {
        let asked = Asked { definitions, ..Asked::default() };
        measured(&format!("events of thirteen months, {name}"), 3, || {
            detect(&memory, &Leaves::default(), &asked).len()
        });
    }
    for (name, accounts) in [("of many accounts", 200), ("of two accounts", 2)] {
        let memory = Memory::new(all_at_once(accounts), 2);
        let asked = Asked { definitions: Definition::predefined(), ..Asked::default() };
        measured(&format!("events of {SERIES} series {name} that move on one day"), 1, || {
            detect(&memory, &Leaves::default(), &asked).len()
        });
    }
}

/// Series that all rise on one day.
fn all_at_once(accounts: usize) -> Bill {
    let series = (0..SERIES).map(|number| {
        let object =
            Object::account_service(&(number % accounts).to_string(), &(number / accounts).to_string());
        let level = 100 + (number % 97) as i64;
        let costs = (0..220).map(|day| Decimal::from(level * if day >= 210 { 4 } else { 1 })).collect();
        Series::usage(object, costs)
    });
    let first_day = chrono::NaiveDate::default();
    Bill { currency: "USD".into(), first_day, series: series.collect(), seen: Seen::default() }
}

fn until(bill: &Bill, days: usize) -> Bill {
    let cut = |one: &Series| Series { costs: one.costs[..days].to_vec(), whole: days, ..one.clone() };
    Bill { series: bill.series.iter().map(cut).collect(), ..bill.clone() }
}

/// The mean of some times.
fn measured<T>(name: &str, times: u32, mut what: impl FnMut() -> T) {
    let (wall, processor) = (Instant::now(), processor_ms());
    for _ in 0..times {
        std::hint::black_box(what());
    }
    let wall = wall.elapsed().as_secs_f64() * 1e3;
    let processor = processor_ms() - processor;
    println!("| {name} | {:.0} | {:.0} |", processor / f64::from(times), wall / f64::from(times));
}

/// Processor time of this process; the kernel counts it in hundredths of a second.
fn processor_ms() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = text.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks = after_name.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok());
    10.0 * ticks.sum::<f64>()
}
