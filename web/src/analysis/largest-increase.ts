import type { CostRow, Costs } from "../api/types";
import { decimalText, parseDecimal } from "../lib/decimal";

interface Increase {
  row: CostRow;
  before: string;
  increase: string;
}

/** The value that grew most since the span before, by the exact difference. */
export function largestIncrease(costs: Costs): Increase | undefined {
  if (!costs.previous) return undefined;
  let [top, most]: [CostRow | undefined, bigint] = [undefined, 0n];
  for (const row of costs.rows) {
    if (row.other) continue;
    const units = parseDecimal(row.total) - parseDecimal(row.previous_total ?? "0");
    if (units > most) [top, most] = [row, units];
  }
  return top && { row: top, before: top.previous_total ?? "0", increase: decimalText(most) };
}
