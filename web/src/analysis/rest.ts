import { explainOf } from "../address/explain";
import { filterOf, withFilter } from "../address/filter";
import { type AnalysisState, freshRows } from "../address/state";
import type { Costs } from "../api/types";

/** Values that an address can still leave out one by one. */
const mostValues = 50;

/** What a table does not show one by one, by the kind of charge: discounts and credits are among it. What the page keeps of the
 *  values already stays kept. Where the rest cannot be named in an address, its explanation says what takes money off. */
export function restByCharge(
  state: AnalysisState,
  groupBy: readonly string[],
  shown: Costs,
): Partial<AnalysisState> {
  const [dimension = ""] = groupBy;
  const values = shown.rows.filter((row) => !row.other).map((row) => row.keys[0] ?? "");
  if (groupBy.length !== 1 || values.length > mostValues) return { explain: explainOf("other") };
  const held = filterOf(state.filters, dimension);
  const rest =
    held && !held.exclude
      ? { dimension, exclude: false, values: held.values.filter((value) => !values.includes(value)) }
      : { dimension, exclude: true, values: [...new Set([...(held?.values ?? []), ...values])] };
  return { ...freshRows, filters: withFilter(state.filters, rest), tab: "charge-type" };
}
