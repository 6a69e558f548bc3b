//! Parquet's hybrid of run lengths and bit packing, for definition levels and dictionary indices.

use super::runs::Runs;

/// Bits that hold every value up to `largest`.
pub(super) fn bits_for(largest: u32) -> u32 {
    u32::BITS - largest.leading_zeros()
}

/// Appends the hybrid encoding of `runs`, `width` bits wide.
pub(super) fn encode(runs: &Runs, width: u32, out: &mut Vec<u8>) {
    match runs.constant() {
        Some(value) => run(value, runs.len(), width, out),
        None => items(runs.items(), width, out),
    }
}

fn items(values: &[u32], width: u32, out: &mut Vec<u8>) {
    // `open..at` waits to be bit packed; packed stretches hold whole groups of eight, the last one padded.
    let (mut open, mut at) = (0, 0);
    while at < values.len() {
        let length = run_length(&values[at..]);
        // Values of the run that fill the open group of eight first.
        let filling = (8 - (at - open) % 8) % 8;
        if length >= filling + 8 {
            pack(&values[open..at + filling], width, out);
            run(values[at], length - filling, width, out);
            at += length;
            open = at;
        } else {
            at += length;
        }
    }
    pack(&values[open..], width, out);
}

fn run_length(values: &[u32]) -> usize {
    let first = values[0];
    values.iter().position(|value| *value != first).unwrap_or(values.len())
}

fn run(value: u32, length: usize, width: u32, out: &mut Vec<u8>) {
    varint((length as u64) << 1, out);
    out.extend_from_slice(&value.to_le_bytes()[..width.div_ceil(8) as usize]);
}

fn pack(values: &[u32], width: u32, out: &mut Vec<u8>) {
    if values.is_empty() {
        return;
    }
    let groups = values.len().div_ceil(8);
    varint((groups as u64) << 1 | 1, out);
    let end = out.len() + groups * width as usize;
    out.reserve(groups * width as usize + 8);
    let (mut buffer, mut filled) = (0_u64, 0);
    for value in values {
        buffer |= u64::from(*value) << filled;
        filled += width;
        if filled >= 32 {
            out.extend_from_slice(&buffer.to_le_bytes()[..4]);
            buffer >>= 32;
            filled -= 32;
        }
    }
    out.extend_from_slice(&buffer.to_le_bytes()[..filled.div_ceil(8) as usize]);
    out.resize(end, 0);
}

/// Appends an unsigned LEB128 number.
pub(super) fn varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}
