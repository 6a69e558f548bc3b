import { filterText } from "../address/filter";
import { bucketSpan } from "../address/range";
import type { AnalysisState } from "../address/state";
import type { Scope } from "../analysis/use-analysis";
import type { ExplainQuery } from "../api/queries";
import type { Costs } from "../api/types";
import { rowLabel, valueLabel } from "../chart/data";
import { bucketTitle } from "../chart/labels";
import { dayLabel, spanLabel } from "../lib/dates";

export interface Explained {
  query: ExplainQuery;
  /** The value and the span, in words. */
  what: string;
  when: string;
}

export const explainPageSize = 25;

/** The question behind a cell. The rest ("Other") is asked for as everything but the values shown. */
export function explainQuestion(
  state: AnalysisState,
  scope: Scope,
  costs: Costs | undefined,
): Explained | undefined {
  const { explain } = state;
  const { dimension, span, view } = scope;
  if (!explain || dimension === undefined) return undefined;
  // Explanations are by day: a cell of the hourly view opens the day that it belongs to, and says so.
  const day = view === "hour" && explain.at ? explain.at.slice(0, 10) : explain.at;
  const cell = day === undefined ? span : bucketSpan(day, view === "hour" ? "day" : view, span);
  const query: ExplainQuery = {
    metric: state.metric,
    from: cell.from,
    to: cell.to,
    filter: scope.query.filter,
    page: explain.page,
    page_size: explainPageSize,
  };
  const when =
    day === undefined
      ? spanLabel(span.from, span.to)
      : view === "hour"
        ? `the whole of ${dayLabel(day)}`
        : bucketTitle(day, view);
  const { target } = explain;
  if (target === "total") return { query, what: "Total of the selection", when };
  if (target === "other") {
    if (!costs) return undefined;
    const values = costs.rows.filter((row) => !row.other).map((row) => row.keys[0] ?? "");
    const rest = filterText({ dimension, exclude: true, values });
    return { query: { ...query, filter: [...query.filter, rest] }, what: "Other", when };
  }
  const row = costs?.rows.find((one) => !one.other && one.keys[0] === target.row);
  const what = row ? rowLabel(row, dimension) : valueLabel(target.row, undefined, dimension);
  return { query: { ...query, group_by: dimension, keys: [target.row] }, what, when };
}
