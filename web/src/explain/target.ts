import { type ExplainState, isCard } from "../address/explain";
import { subsetFilter } from "../address/filter";
import { joinList, readKeys } from "../address/list";
import { bucketSpan } from "../address/range";
import type { AnalysisState } from "../address/state";
import type { Scope } from "../analysis/scope";
import type { ExplainQuery } from "../api/queries";
import type { Costs } from "../api/types";
import { rowId, rowLabel, valueLabel } from "../chart/data";
import { bucketTitle } from "../chart/labels";
import { dayLabel, spanLabel } from "../lib/dates";
import { type CardFigures, cardQuestion } from "./card-target";

export interface Explained {
  query: ExplainQuery;
  /** The value and the span, in words. */
  what: string;
  when: string;
  /** How the rows relate to what was clicked, where they are not its parts. */
  note?: string;
}

export const explainPageSize = 25;

/** How the rows are listed, whatever the figure is. */
function listed({ page, order }: ExplainState) {
  return {
    sort: order.column,
    order: order.descending ? ("desc" as const) : ("asc" as const),
    page,
    page_size: explainPageSize,
  };
}

/** The question behind a figure; undefined while what it needs to know is under way. */
export function explainQuestion(
  state: AnalysisState,
  scope: Scope,
  costs: Costs | undefined,
  cards: CardFigures,
): Explained | undefined {
  const { explain } = state;
  if (!explain) return undefined;
  const { target } = explain;
  if (isCard(target)) {
    const found = cardQuestion(target, state.metric, subsetFilter(state.filters), cards);
    return found && { ...found, query: { ...found.query, ...listed(explain) } };
  }
  const { groupBy, span, view } = scope;
  if (groupBy.length === 0) return undefined;
  // Explanations are by day: a cell of the hourly view opens the day that it belongs to, and says so.
  const day = view === "hour" && explain.at ? explain.at.slice(0, 10) : explain.at;
  const cell = day === undefined ? span : bucketSpan(day, view === "hour" ? "day" : view, span);
  const { metric, filter } = scope.query;
  const groups = { group_by: joinList(groupBy) };
  const query: ExplainQuery = {
    metric,
    filter,
    from: cell.from,
    to: cell.to,
    // Shares are rounded where they stand in the table: its groups and view belong to the question.
    ...(state.shared && {
      shared: "split",
      view: day !== undefined && view === "hour" ? "day" : view,
      ...(explain.part !== undefined && { part: explain.part }),
      ...groups,
    }),
    ...listed(explain),
  };
  const when =
    day === undefined
      ? spanLabel(span.from, span.to)
      : view === "hour"
        ? `the whole of ${dayLabel(day)}`
        : bucketTitle(day, view);
  if (target === "total") return { query, what: "Total of the selection", when };
  if (target === "other") {
    if (!costs) return undefined;
    const but = costs.rows.filter((row) => !row.other).flatMap((row) => row.keys);
    return { query: { ...query, ...groups, but }, what: "Other", when };
  }
  const row = costs?.rows.find((one) => rowId(one) === `row:${target.row}`);
  const keys = readKeys(target.row, groupBy.length);
  const what = row
    ? rowLabel(row, groupBy)
    : keys.map((key, at) => valueLabel(key, undefined, groupBy[at] ?? "")).join(" / ");
  return { query: { ...query, ...groups, keys }, what, when };
}
