//! `DELTA_BINARY_PACKED`: row numbers and other nearly sequential integers.

use super::hybrid::varint;

const BLOCK: usize = 128;
const MINIBLOCKS: usize = 4;
const MINIBLOCK: usize = BLOCK / MINIBLOCKS;

/// Appends the encoding of `values`.
pub(super) fn encode(values: &[i64], out: &mut Vec<u8>) {
    varint(BLOCK as u64, out);
    varint(MINIBLOCKS as u64, out);
    varint(values.len() as u64, out);
    zigzag(values.first().copied().unwrap_or(0), out);
    let deltas: Vec<i64> = values.windows(2).map(|pair| pair[1].wrapping_sub(pair[0])).collect();
    for block in deltas.chunks(BLOCK) {
        let least = block.iter().copied().min().unwrap_or(0);
        zigzag(least, out);
        let widths = out.len();
        out.extend_from_slice(&[0; MINIBLOCKS]);
        for (at, miniblock) in block.chunks(MINIBLOCK).enumerate() {
            let mut offsets = [0_u64; MINIBLOCK];
            for (offset, delta) in offsets.iter_mut().zip(miniblock) {
                *offset = delta.wrapping_sub(least).cast_unsigned();
            }
            let width = u64::BITS - offsets.iter().fold(0, |all, offset| all | offset).leading_zeros();
            out[widths + at] = width as u8;
            pack(&offsets, width, out);
        }
    }
}

fn zigzag(value: i64, out: &mut Vec<u8>) {
    varint(((value << 1) ^ (value >> 63)).cast_unsigned(), out);
}

fn pack(values: &[u64], width: u32, out: &mut Vec<u8>) {
    let (mut buffer, mut filled) = (0_u128, 0);
    for value in values {
        buffer |= u128::from(*value) << filled;
        filled += width;
        while filled >= 8 {
            out.push(buffer as u8);
            buffer >>= 8;
            filled -= 8;
        }
    }
}
