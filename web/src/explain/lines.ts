import { type LineColumn, type LineOrder, readOrder } from "../address/explain";
import type { Search } from "../address/search";
import type { ExplainQuery } from "../api/queries";

export function lineOrder({ sort, order }: Pick<ExplainQuery, "sort" | "order">): LineOrder {
  return readOrder(`${order === "desc" ? "-" : ""}${sort}`);
}

/** The order that a click on a column's head asks for: figures largest first, words from A, time from the start. */
export function nextOrder(now: LineOrder, column: LineColumn): LineOrder {
  const figures = column === "figure" || column === "usage_amount";
  return { column, descending: now.column === column ? !now.descending : figures };
}

/** The same rows without pages, for the file. */
export function allRows(query: ExplainQuery): Search {
  const { metric, group_by, keys, but, from, to, filter, sort, order, shared, view, part, as_of } = query;
  return {
    metric,
    ...(shared && { shared }),
    ...(as_of && { as_of }),
    ...(view && { view }),
    ...(part && { part }),
    ...(group_by && { group_by }),
    ...(keys && { keys }),
    ...(but && { but }),
    from,
    to,
    filter,
    sort,
    order,
  };
}
