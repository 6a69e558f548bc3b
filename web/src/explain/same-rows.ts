import { type Filter, filterText } from "../address/filter";
import { splitList } from "../address/list";
import type { CostsQuery, ExplainQuery } from "../api/queries";

/** The rows behind a figure as a question for costs, to break them down; undefined where filters cannot name them: shares of
 *  shared costs, and what is in none of several combinations. */
export function sameRows(query: ExplainQuery): Omit<CostsQuery, "metric" | "group_by"> | undefined {
  if (query.shared) return undefined;
  const { from, to } = query;
  const dimensions = query.group_by ? splitList(query.group_by) : [];
  const text = (one: Filter) => filterText(one);
  if (query.but) {
    const [dimension] = dimensions;
    if (dimension === undefined || dimensions.length > 1) return undefined;
    const rest = { dimension, exclude: true, values: query.but };
    return { view: "total", from, to, filter: [...query.filter, text(rest)] };
  }
  const keys = query.keys ?? [];
  const kept = keys.map((key, at) =>
    text({ dimension: dimensions[at] ?? "", exclude: false, values: [key] }),
  );
  return { view: "total", from, to, filter: [...query.filter, ...kept] };
}
