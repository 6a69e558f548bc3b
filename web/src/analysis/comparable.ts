import type { Costs, Overview } from "../api/types";

/** A span that begins before the data does is no measure for one that has all its days. */
export function comparable(costs: Costs, { data_from }: Pick<Overview, "data_from">): Costs {
  if (!costs.previous || !data_from || costs.previous.from >= data_from) return costs;
  return { ...costs, previous: null };
}
