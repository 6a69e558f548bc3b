import type { ChartData } from "./data";

/** Where the axis ends before the longest bars do, and which bars go on beyond it. */
export interface AxisCut {
  step: number;
  top: number;
  /** Below zero where there are credits and refunds. */
  bottom: number;
  bars: readonly { at: number; below: boolean }[];
}

/** This much taller than nine of ten bars, and a bar would press all others flat. */
const OUTLIER = 2.2;
const FEWEST_BARS = 8;

/** Credits may take this share of the ordinary bars' height; more of them is cut when few bars have any. */
const BELOW = 0.3;

export interface Reach {
  up: readonly number[];
  down: readonly number[];
}

/** How far each bar reaches above and below zero: what is visible, stacked by sign. */
export function reachOf(data: Pick<ChartData, "series" | "starts">): Reach {
  const visible = data.series.filter((one) => !one.hidden);
  const sum = (at: number, sign: 1 | -1) =>
    visible.reduce((total, one) => total + Math.max(0, sign * (one.heights[at] ?? 0)), 0);
  return { up: data.starts.map((_, at) => sum(at, 1)), down: data.starts.map((_, at) => sum(at, -1)) };
}

/** The longest that is not far beyond nine of ten; `least` is what is never far. */
function ordinary(lengths: readonly number[], least: number): number {
  const sorted = [...lengths].sort((a, b) => a - b);
  const bound = Math.max(least, OUTLIER * (sorted[Math.floor(0.9 * (sorted.length - 1))] ?? 0));
  return sorted.filter((length) => length <= bound).at(-1) ?? 0;
}

/**
 * Fees and credits that are booked once a month (support, subscriptions, up-front fees, discounts) dwarf every
 * other day. The axis then ends past the longest ordinary bar; the few that pass it are drawn broken and carry
 * their figure.
 */
export function axisCut({ up, down }: Reach): AxisCut | undefined {
  const bars = up.filter((top) => top > 0);
  if (bars.length < FEWEST_BARS) return undefined;
  const highest = ordinary(bars, 0);
  const lowest = ordinary(down, BELOW * highest);
  const cutsTop = highest < Math.max(...up);
  const cutsBottom = lowest < Math.max(...down);
  if (!cutsTop && !cutsBottom) return undefined;
  const step = niceStep((highest * 1.1) / 5);
  const end = (length: number) => Math.ceil(Math.max(length * 1.1, step) / step) * step;
  const top = end(highest);
  const bottom = Math.max(...down) === 0 ? 0 : -end(lowest);
  return {
    step,
    top,
    bottom,
    bars: up.flatMap((length, at) => [
      ...(length > top ? [{ at, below: false }] : []),
      ...((down[at] ?? 0) > -bottom ? [{ at, below: true }] : []),
    ]),
  };
}

/** The next round number: 1, 2, 2.5 or 5 times a power of ten. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 2.5, 5].find((factor) => factor * power >= least) ?? 10);
}
