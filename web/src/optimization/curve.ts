import { approximate, roundDecimal } from "../lib/decimal";
import type { CurvePoint, Purchase } from "./types";

/** A point of the curve as the slider shows it while it is dragged: between two exact points it is a line. */
export interface Reading {
  commitment: number;
  cost: number;
  savings: number;
  utilization: number | null;
  coverage: number | null;
}

const number = (text: string | null) => (text === null ? null : approximate(text));

function exactly(point: CurvePoint): Reading {
  return {
    commitment: approximate(point.commitment),
    cost: approximate(point.cost),
    savings: approximate(point.savings),
    utilization: number(point.utilization),
    coverage: number(point.coverage),
  };
}

/** Where a commitment stands among the points: the last that is not above it. */
function below(curve: readonly CurvePoint[], commitment: number): number {
  let [low, high] = [0, curve.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (approximate(curve[middle]?.commitment ?? "0") <= commitment) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The figures at a commitment. Cost, savings and coverage go in lines between exact points, and so do used dollars: the
 *  utilisation is theirs by the commitment. */
export function readCurve(curve: readonly CurvePoint[], commitment: number): Reading | undefined {
  const at = below(curve, commitment);
  const [left, right] = [curve[at], curve[at + 1]];
  if (!left) return undefined;
  const from = exactly(left);
  if (!right || commitment <= from.commitment) return from;
  const to = exactly(right);
  const part = Math.min(1, (commitment - from.commitment) / (to.commitment - from.commitment));
  const between = (a: number, b: number) => a + (b - a) * part;
  const known = (a: number | null, b: number | null) => (a === null || b === null ? null : between(a, b));
  const used = known(
    from.commitment === 0 ? 0 : from.utilization && from.utilization * from.commitment,
    to.utilization === null ? null : to.utilization * to.commitment,
  );
  return {
    commitment,
    cost: between(from.cost, to.cost),
    savings: between(from.savings, to.savings),
    utilization: used === null ? null : used / commitment,
    coverage: known(from.coverage, to.coverage),
  };
}

/** Whether the curve is a bound: beside owned plans that move, its points say no utilisation, and only a replay is exact. */
export function isBound(curve: readonly CurvePoint[]): boolean {
  return curve.length > 1 && curve.slice(1).every((point) => point.utilization === null);
}

/** How far the slider goes: to the end of the curve, and always beyond what is recommended. */
export function sliderRange(purchase: Pick<Purchase, "curve">): {
  max: number;
  step: number;
} {
  const end = approximate(purchase.curve.at(-1)?.commitment ?? "0");
  const max = Math.max(end, 0.001);
  // A press of an arrow key is to be seen: about a two-hundredth, on AWS's grid of a tenth of a cent.
  const rough = max / 200;
  const size = 10 ** Math.floor(Math.log10(Math.max(rough, 0.001)));
  const step = Math.max(0.001, [1, 2, 5, 10].map((one) => one * size).find((one) => one >= rough) ?? size);
  return { max, step };
}

/** What a dragged value is asked with: AWS's grid. */
export function onGrid(commitment: number): string {
  return roundDecimal(commitment.toFixed(6), 3);
}
