import type { Filter } from "../address/filter";
import type { Values } from "../api/types";
import { valueLabel } from "../chart/data";
import { formatCount } from "../lib/quantity";

/** A filter in the words of its button: "All", the name of the only value, "4 of 674", "all but 2 of 674". */
export function describeFilter(
  filter: Filter | undefined,
  known: Values | undefined,
  dimension: string,
): string {
  if (!filter) return "All";
  const [only] = filter.values;
  if (filter.values.length === 1 && only !== undefined) {
    const label = known?.values.find((one) => one.value === only)?.label;
    return `${filter.exclude ? "not " : ""}${valueLabel(only, label, dimension)}`;
  }
  const count = formatCount(filter.values.length);
  return `${filter.exclude ? "all but " : ""}${count}${known ? ` of ${formatCount(known.total_values)}` : ""}`;
}

/** Adds what a search found to what is chosen already, each once. */
export function withFound(filter: Filter, found: readonly { value: string }[]): Filter {
  return { ...filter, values: [...new Set([...filter.values, ...found.map((one) => one.value)])] };
}
