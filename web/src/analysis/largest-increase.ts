import type { CostRow, Costs } from "../api/types";
import { parseDecimal } from "../lib/decimal";

/** Kinds of charge that come once a month or once at all: whether the compared days hold one is chance. */
export const onceAMonth = ["Tax", "Support", "Other fee", "Up-front fee", "RI fee"];

/** Days of a month on which a charge that comes once a month may land. */
const fewDays = 3;

/** Whether a row's cost lands on few of the days, as fees do that are of no kind of their own. */
function landsOnFewDays(row: CostRow, costs: Costs): boolean {
  if (costs.view !== "day" || costs.periods.length < 2) return false;
  const most = Math.max(1, Math.round((fewDays * costs.periods.length) / 30));
  return row.figures.filter((figure) => parseDecimal(figure) !== 0n).length <= most;
}

/**
 * The value that grew most in money. What comes once a month is passed over, unless it is new: `steady` are the same costs
 * without such kinds of charge. The change shown is the one that the table shows.
 */
export function largestIncrease(costs: Costs, steady: Costs): CostRow | undefined {
  const id = (row: CostRow) => JSON.stringify(row.keys);
  const shown = new Map(costs.rows.filter((row) => !row.other).map((row) => [id(row), row]));
  const amount = (row: CostRow | undefined) => parseDecimal(row?.change?.amount ?? "0");
  let [top, most]: [CostRow | undefined, bigint] = [undefined, 0n];
  const consider = (row: CostRow, units: bigint) => {
    if (units > most) [top, most] = [row, units];
  };
  for (const row of shown.values()) if (row.change?.kind === "new") consider(row, amount(row));
  for (const row of steady.rows) {
    if (row.other || (row.change?.kind !== "new" && landsOnFewDays(row, steady))) continue;
    const whole = shown.get(id(row)) ?? row;
    // As much as both say: what fell elsewhere in the same row is no increase.
    const [one, other] = [amount(row), amount(whole)];
    consider(whole, one < other ? one : other);
  }
  return top;
}
