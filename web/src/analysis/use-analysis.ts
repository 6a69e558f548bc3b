import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { filterText } from "../address/filter";
import { joinList } from "../address/list";
import { resolveRange, type Span, type View } from "../address/range";
import { type AnalysisState, effectiveView } from "../address/state";
import { type TabNames, tabDimensions } from "../address/tabs";
import { type CostsQuery, dataVersion, queries } from "../api/queries";
import type { Dimensions, Overview } from "../api/types";

/** The page's state and the one way to change it: a step in the history, or a silent correction of the last one. */
export function useAnalysisState(): [
  AnalysisState,
  (next: Partial<AnalysisState>, replace?: boolean) => void,
] {
  const state = useSearch({ from: "/shell/" });
  const navigate = useNavigate({ from: "/" });
  const set = useCallback(
    (next: Partial<AnalysisState>, replace = false) =>
      void navigate({ to: "/", search: (now) => ({ ...now, ...next }), replace, resetScroll: false }),
    [navigate],
  );
  return [state, set];
}

/** What the state means for the data that is there. */
export interface Scope {
  overview: Overview;
  dimensions: Dimensions | undefined;
  version: string;
  span: Span;
  view: View;
  names: TabNames;
  /** Dimensions of the breakdown; none while a name that it needs is not known. */
  groupBy: readonly string[];
  query: CostsQuery;
}

export function scopeOf(state: AnalysisState, overview: Overview, dimensions: Dimensions | undefined): Scope {
  const span = resolveRange(state.range, overview.data_to ?? new Date().toISOString().slice(0, 10));
  const view = effectiveView(state, span);
  const preferred = preferredTagKey(dimensions?.tag_keys ?? []);
  const names = {
    tagKeys: state.tagKeys.length || preferred === undefined ? state.tagKeys : [preferred],
    mergeCase: state.mergeCase,
    category: state.category ?? dimensions?.cost_category_names[0],
  };
  const groupBy = tabDimensions(state.tab, names);
  return {
    overview,
    dimensions,
    version: dataVersion(overview),
    span,
    view,
    names,
    groupBy,
    query: {
      metric: state.metric,
      group_by: joinList(groupBy),
      view,
      ...span,
      filter: state.filters.map(filterText),
      ...(state.shared && { shared: "split" }),
    },
  };
}

/** The key a newcomer most likely wants to see first: who, rather than what AWS wrote. */
function preferredTagKey(keys: readonly string[]): string | undefined {
  const wanted = [
    "team",
    "owner",
    "project",
    "cost-center",
    "costcenter",
    "environment",
    "env",
    "application",
  ];
  for (const name of wanted) {
    const found = keys.find((key) => key.toLowerCase().replace(/^user:/, "") === name);
    if (found !== undefined) return found;
  }
  return keys.find((key) => !key.startsWith("aws:")) ?? keys[0];
}

export function useScope(state: AnalysisState): Scope {
  const { data: overview } = useSuspenseQuery(queries.overview());
  const { data: dimensions } = useQuery({
    ...queries.dimensions(dataVersion(overview)),
    enabled: overview.has_data,
  });
  return useMemo(() => scopeOf(state, overview, dimensions), [state, overview, dimensions]);
}
