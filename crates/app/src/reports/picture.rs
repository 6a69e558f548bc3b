//! A report's chart as a picture: stacked bars, largest group at the bottom, in the colours of the page. Numbers and
//! names stand in the mail's text beside it, where they can be read by everybody.

use crate::{AppError, Result};
use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};
use model::{CostAnswer, Decimal};
use notify::Point;
use std::io::{self, Write};

const WIDTH: usize = 1_200;
const HEIGHT: usize = 420;
const MARGIN: usize = 12;
/// Lines across, at equal distances.
const LINES: usize = 4;
const LINE: [u8; 3] = [0xe4, 0xe8, 0xef];
const BAND: [u8; 3] = [0xd8, 0xe2, 0xf5];
const OTHER: [u8; 3] = [0xcb, 0xd2, 0xdc];
/// The page's first colours; the rest of the groups share that of *Other*.
pub(super) const COLORS: [[u8; 3]; 8] = [
    [0x3b, 0x6f, 0xe0],
    [0x19, 0xb5, 0xa5],
    [0xf2, 0xa9, 0x3b],
    [0xe5, 0x67, 0x7b],
    [0x8a, 0x6b, 0xe8],
    [0x48, 0xb0, 0xe6],
    [0x72, 0xbd, 0x4a],
    [0xf0, 0x85, 0x5a],
];

/// The colour of a group, by its place.
pub(super) fn color(place: usize) -> [u8; 3] {
    COLORS.get(place).copied().unwrap_or(OTHER)
}

struct Canvas(Vec<u8>);

impl Canvas {
    fn fill(&mut self, (left, right): (usize, usize), (top, bottom): (usize, usize), color: [u8; 3]) {
        for row in top..bottom.min(HEIGHT) {
            for at in left..right.min(WIDTH) {
                self.0[(row * WIDTH + at) * 3..][..3].copy_from_slice(&color);
            }
        }
    }
}

/// A place on the canvas.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and the canvas's size"
)]
fn pixel(value: f64) -> usize {
    value.round().clamp(0.0, WIDTH as f64) as usize
}

/// The chart as PNG. Negative figures are not drawn: a stack of bars cannot show them.
pub(super) fn draw(answer: &CostAnswer) -> Result<Vec<u8>> {
    let buckets = answer.buckets.len().max(1);
    let figure = |group: &model::CostGroup, at: usize| {
        let found = if answer.buckets.is_empty() { Some(&group.total) } else { group.figures.get(at) };
        found.map_or(0.0, |figure| figure.to_f64().max(0.0))
    };
    let stack = |at: usize| answer.groups.iter().map(|group| figure(group, at)).sum::<f64>();
    let highest = (0..buckets).map(stack).fold(0.0, f64::max);
    let mut canvas = Canvas(vec![0xff; WIDTH * HEIGHT * 3]);
    let (floor, room) = (HEIGHT - MARGIN, HEIGHT - 2 * MARGIN);
    for line in 0..=LINES {
        let row = floor - room * line / LINES;
        canvas.fill((MARGIN, WIDTH - MARGIN), (row, row + 1), LINE);
    }
    let slot = (WIDTH - 2 * MARGIN) as f64 / buckets as f64;
    for at in 0..buckets {
        let left = MARGIN + pixel(slot * at as f64 + slot * 0.12);
        let right = (MARGIN + pixel(slot * (at + 1) as f64 - slot * 0.12)).max(left + 1);
        let mut below = 0.0;
        for (place, group) in answer.groups.iter().enumerate().filter(|_| highest > 0.0) {
            let above = below + figure(group, at);
            let height = |value: f64| pixel(value / highest * room as f64).min(room);
            let place = if group.other { COLORS.len() } else { place };
            canvas.fill((left, right), (floor - height(above), floor - height(below)), color(place));
            below = above;
        }
    }
    encode(&canvas.0).map_err(|error| AppError::internal(format!("the chart cannot be written: {error}")))
}

/// Days with the band that was expected of them, as PNG: what is above the band stands out.
pub(crate) fn draw_days(days: &[Point]) -> Result<Vec<u8>> {
    let figure = |amount: Decimal| amount.to_f64().max(0.0);
    let top = |day: &Point| figure(day.cost).max(day.expected.map_or(0.0, |(_, most)| figure(most)));
    let highest = days.iter().map(top).fold(0.0, f64::max);
    let mut canvas = Canvas(vec![0xff; WIDTH * HEIGHT * 3]);
    let (floor, room) = (HEIGHT - MARGIN, HEIGHT - 2 * MARGIN);
    for line in 0..=LINES {
        let row = floor - room * line / LINES;
        canvas.fill((MARGIN, WIDTH - MARGIN), (row, row + 1), LINE);
    }
    let slot = (WIDTH - 2 * MARGIN) as f64 / days.len().max(1) as f64;
    for (at, day) in days.iter().enumerate().filter(|_| highest > 0.0) {
        let edge = |part: f64| MARGIN + pixel(slot * (at as f64 + part));
        let row = |amount: Decimal| floor - pixel(figure(amount) / highest * room as f64).min(room);
        if let Some((least, most)) = day.expected {
            canvas.fill((edge(0.0), edge(1.0)), (row(most), row(least).max(row(most) + 2)), BAND);
        }
        let above = day.expected.is_some_and(|(_, most)| day.cost > most);
        let color = if above { COLORS[3] } else { COLORS[0] };
        canvas.fill((edge(0.2), edge(0.8).max(edge(0.2) + 1)), (row(day.cost), floor), color);
    }
    encode(&canvas.0).map_err(|error| AppError::internal(format!("the chart cannot be written: {error}")))
}

/// The pixels as PNG (ISO/IEC 15948): eight bits a colour, no filter.
fn encode(pixels: &[u8]) -> io::Result<Vec<u8>> {
    let mut rows = ZlibEncoder::new(Vec::new(), Compression::default());
    for row in pixels.chunks_exact(WIDTH * 3) {
        rows.write_all(&[0])?;
        rows.write_all(row)?;
    }
    let side = |length: usize| u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes();
    let mut header = [side(WIDTH), side(HEIGHT)].concat();
    // Depth, colour type (RGB), and the only methods of compression, filtering and interlacing that are meant.
    header.extend([8, 2, 0, 0, 0]);
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, content) in [(b"IHDR", header), (b"IDAT", rows.finish()?), (b"IEND", vec![])] {
        out.extend(side(content.len()));
        let start = out.len();
        out.extend(kind);
        out.extend(&content);
        let mut check = Crc::new();
        check.update(&out[start..]);
        out.extend(check.sum().to_be_bytes());
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{CostGroup, Snapshot};

    fn answer(figures: &[&[i64]]) -> CostAnswer {
        let group = |figures: &&[i64]| CostGroup {
            keys: vec![],
            other: false,
            figures: figures.iter().map(|figure| Decimal::from(*figure)).collect(),
            total: figures.iter().map(|figure| Decimal::from(*figure)).sum(),
            previous_total: None,
        };
        CostAnswer {
            from: "2026-10-01".parse().unwrap(),
            to: "2026-10-03".parse().unwrap(),
            buckets: vec!["2026-10-01".into(), "2026-10-02".into()],
            groups: figures.iter().map(group).collect(),
            totals: vec![],
            total: Decimal::ZERO,
            groups_total: figures.len(),
            previous: None,
            currency: "USD".into(),
            from_rollup: true,
            sql: String::new(),
            snapshot: Snapshot::default(),
        }
    }

    #[test]
    fn bars_are_as_high_as_their_figures() {
        let picture = draw(&answer(&[&[100, 50], &[100, -5]])).unwrap();
        assert_eq!(&picture[12..16], b"IHDR");
        let length = u32::from_be_bytes(picture[33..37].try_into().unwrap()) as usize;
        let mut rows = vec![];
        io::Read::read_to_end(&mut flate2::read::ZlibDecoder::new(&picture[41..41 + length]), &mut rows)
            .unwrap();
        let pixels: Vec<u8> = rows.chunks(WIDTH * 3 + 1).flat_map(|row| row[1..].to_vec()).collect();
        let count = |at: usize, color: [u8; 3]| {
            (0..HEIGHT).filter(|row| pixels[(row * WIDTH + at) * 3..][..3] == color).count()
        };
        let room = HEIGHT - 2 * MARGIN;
        assert_eq!(count(WIDTH / 4, COLORS[0]), room / 2);
        assert_eq!(count(WIDTH / 4, COLORS[1]), room / 2);
        assert_eq!((count(3 * WIDTH / 4, COLORS[0]), count(3 * WIDTH / 4, COLORS[1])), (room / 4, 0));
        assert!(draw(&answer(&[])).is_ok());
        let day = |cost: i64| Point {
            day: "2026-10-01".to_owned(),
            cost: cost.into(),
            expected: Some((40.into(), 60.into())),
        };
        assert!(draw_days(&[day(50), day(200), day(-3)]).is_ok());
        assert!(draw_days(&[]).is_ok());
    }
}
