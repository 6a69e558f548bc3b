import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { filterText } from "../address/filter";
import type { View } from "../address/range";
import type { AnalysisState } from "../address/state";
import { queries } from "../api/queries";
import type { Costs } from "../api/types";
import { comparedView } from "../chart/compared";
import { rowId } from "../chart/data";
import type { Scope } from "./scope";

/** Costs of the compared span for its line in the chart: of the values that the chart shows, where some are hidden. Of several
 *  tags at once no filter keeps those alone; then there is no line while some are hidden. */
export function useBefore(
  state: AnalysisState,
  scope: Scope,
  { data: costs, isPlaceholderData }: Pick<UseQueryResult<Costs>, "data" | "isPlaceholderData">,
): Costs | undefined {
  const previous = costs?.previous;
  const shown = costs && shownOnly(costs, state.hidden, scope.groupBy);
  const asked = state.comparedLine && previous && previous.known !== "nothing" && shown !== undefined;
  const view = previous ? comparedView(costs.view as View, previous) : "day";
  // The total is of connections that have both spans.
  const lacking = (previous?.unknown_connections ?? []).map((id) =>
    filterText({ dimension: "connection", exclude: true, values: [id] }),
  );
  const found = useQuery({
    ...queries.costs(scope.version, {
      ...scope.query,
      group_by: "",
      view,
      ...(previous && { from: previous.from, to: previous.to }),
      filter: [...scope.query.filter, ...lacking, ...(shown ?? [])],
    }),
    enabled: Boolean(asked) && !isPlaceholderData,
  });
  return asked && !found.isPlaceholderData ? found.data : undefined;
}

/** Filters that leave what is not hidden; undefined where there are none that do. */
function shownOnly(
  costs: Costs,
  hidden: readonly string[],
  groupBy: readonly string[],
): string[] | undefined {
  const gone = costs.rows.filter((row) => hidden.includes(rowId(row)));
  if (gone.length === 0) return [];
  const [dimension] = groupBy;
  if (dimension === undefined || groupBy.length !== 1 || gone.length === costs.rows.length) return undefined;
  const rest = gone.some((row) => row.other);
  const rows = costs.rows.filter((row) => !row.other && gone.includes(row) !== rest);
  const values = rows.map((row) => row.keys[0] ?? "");
  return [filterText({ dimension, exclude: !rest, values })];
}
