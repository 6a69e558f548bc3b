//! A daily series ahead: level, damped trend, weekday.

/// Days that are looked back at.
const WINDOW: usize = 70;
/// Days after which a day counts half for the level.
const HALF_LIFE: f64 = 7.0;
/// Days whose slope is the trend, and at least so many of them.
const TREND_DAYS: usize = 42;
const LEAST_TREND_DAYS: usize = 28;
/// How much of the trend is believed: it seldom lasts.
const DAMPING: f64 = 0.5;
/// A weekday that costs less than this part of a mean one says nothing about the level.
const LEAST_FACTOR: f64 = 0.05;

/// The next `length` days. `weekday` is that of the first day of the series (0 = Monday).
pub(super) fn forecast(series: &[f64], weekday: usize, length: usize) -> Vec<f64> {
    let skipped = series.len().saturating_sub(WINDOW);
    let recent = &series[skipped..];
    if recent.is_empty() {
        return vec![0.0; length];
    }
    let weekday_of = |day: usize| (weekday + skipped + day) % 7;
    let factors = weekday_factors(recent, weekday_of);
    let plain: Vec<f64> = recent
        .iter()
        .enumerate()
        .map(|(day, cost)| match factors[weekday_of(day)] {
            factor if factor > LEAST_FACTOR => cost / factor,
            _ => *cost,
        })
        .collect();
    let age_of = |day: usize| (plain.len() - 1 - day) as f64;
    let weights: Vec<f64> = (0..plain.len()).map(|day| 0.5_f64.powf(age_of(day) / HALF_LIFE)).collect();
    let weight: f64 = weights.iter().sum();
    let mean = |figure: &dyn Fn(usize) -> f64| {
        (0..plain.len()).map(|day| figure(day) * weights[day]).sum::<f64>() / weight
    };
    let level = mean(&|day| plain[day]);
    let age = mean(&age_of);
    let slope = if plain.len() >= LEAST_TREND_DAYS {
        DAMPING * slope(&plain[plain.len().saturating_sub(TREND_DAYS)..])
    } else {
        0.0
    };
    (0..length)
        .map(|ahead| {
            let height = level + slope * (age + (ahead + 1) as f64);
            // Falling costs end at nothing; a series that is negative as a whole (credits) stays so.
            let height = if level > 0.0 { height.max(0.0) } else { height.min(0.0) };
            height * factors[weekday_of(recent.len() + ahead)]
        })
        .collect()
}

/// How much a weekday costs of a mean day: the median of its days, each against the week around it.
fn weekday_factors(series: &[f64], weekday_of: impl Fn(usize) -> usize) -> [f64; 7] {
    if series.len() < 21 {
        return [1.0; 7];
    }
    let mut ratios: [Vec<f64>; 7] = Default::default();
    for (at, week) in series.windows(7).enumerate() {
        let mean = week.iter().sum::<f64>() / 7.0;
        if mean > 0.0 {
            ratios[weekday_of(at + 3)].push(week[3] / mean);
        }
    }
    let factors = ratios.map(|mut ratios| median(&mut ratios).unwrap_or(1.0));
    let mean = factors.iter().sum::<f64>() / 7.0;
    if mean > 0.0 { factors.map(|factor| factor / mean) } else { [1.0; 7] }
}

/// Least squares, a day.
fn slope(series: &[f64]) -> f64 {
    let length = series.len() as f64;
    let middle = (length - 1.0) / 2.0;
    let mean = series.iter().sum::<f64>() / length;
    let days = || series.iter().enumerate().map(|(day, cost)| (day as f64 - middle, cost));
    let above: f64 = days().map(|(day, cost)| day * (cost - mean)).sum();
    let below: f64 = days().map(|(day, _)| day * day).sum();
    if below > 0.0 { above / below } else { 0.0 }
}

fn median(figures: &mut [f64]) -> Option<f64> {
    figures.sort_by(f64::total_cmp);
    let upper = *figures.get(figures.len() / 2)?;
    let lower = figures[(figures.len() - 1) / 2];
    Some(f64::midpoint(lower, upper))
}
