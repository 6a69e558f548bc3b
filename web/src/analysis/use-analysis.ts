import { type QueryClient, useQuery, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useRef } from "react";
import { compareText } from "../address/compare";
import { currencyOf, inOneCurrency } from "../address/currency";
import { filterText } from "../address/filter";
import { joinList } from "../address/list";
import { resolveRange, type Span, type View } from "../address/range";
import { type AnalysisState, effectiveView } from "../address/state";
import { brokenDownBy, type TabNames, tabDimensions } from "../address/tabs";
import { type CostsQuery, dataVersion, queries } from "../api/queries";
import type { Dimensions, Overview } from "../api/types";
import { atMost } from "../lib/patience";
import { dataEnd } from "../ui/use-overview";

/** Long enough for a server that is near; who waits longer sees the old chart fade meanwhile. */
const patienceMs = 80;

/** The page's state and the one way to change it: a step in the history, or a silent correction of the last one. And a
 *  way to ask for the figures of a step that is about to be taken: a pressed button is released a tenth of a second later. */
export function useAnalysisState(): [
  AnalysisState,
  (next: Partial<AnalysisState>, replace?: boolean) => void,
  (next: Partial<AnalysisState>) => void,
] {
  const state = useSearch({ from: "/shell/" });
  const navigate = useNavigate({ from: "/" });
  const client = useQueryClient();
  const latest = useRef(state);
  latest.current = state;
  const waiting = useRef<{ next: Partial<AnalysisState>; replace: boolean }>(undefined);
  const set = useCallback(
    (next: Partial<AnalysisState>, replace = false) => {
      // What was clicked before and still waits goes along: steps never overtake each other.
      const before = waiting.current;
      const step = { next: { ...before?.next, ...next }, replace: replace && before?.replace !== false };
      waiting.current = step;
      const go = () => {
        const taken = waiting.current;
        if (!taken) return;
        waiting.current = undefined;
        const search = (now: AnalysisState) => ({ ...now, ...taken.next });
        void navigate({ to: "/", search, replace: taken.replace, resetScroll: false });
      };
      // The figures are asked for first: then the page is drawn once, with them, and not for the click alone before.
      const figures = askAhead(client, { ...latest.current, ...step.next });
      if (figures) void atMost(patienceMs, figures).then(go);
      else go();
    },
    [navigate, client],
  );
  // Who has left the page is not called back.
  useEffect(
    () => () => {
      waiting.current = undefined;
    },
    [],
  );
  const aim = useCallback(
    (next: Partial<AnalysisState>) => void askAhead(client, { ...latest.current, ...next }),
    [client],
  );
  return [state, set, aim];
}

/** Asks for the figures of a state; undefined when they are there, or when it is not known what to ask for. */
function askAhead(client: QueryClient, state: AnalysisState): Promise<void> | undefined {
  const overview = client.getQueryData(queries.overview().queryKey);
  if (!overview?.has_data) return;
  const dimensions = client.getQueryData(queries.dimensions(dataVersion(overview)).queryKey);
  const scope = scopeOf(state, overview, dimensions);
  const query = mainCostsQuery(scope);
  if (scope.groupBy.length === 0 || client.getQueryData(query.queryKey)) return;
  return client.prefetchQuery(query);
}

/** What the state means for the data that is there. */
export interface Scope {
  overview: Overview;
  /** The one that every figure of the page is in. */
  currency: string;
  dimensions: Dimensions | undefined;
  version: string;
  span: Span;
  view: View;
  names: TabNames;
  /** Dimensions of the breakdown; none while a name that it needs is not known. */
  groupBy: readonly string[];
  query: CostsQuery;
  /** What figures are compared with, as the API writes it. */
  compare: string;
  /** Day from which on the data are not complete. */
  completeTo: string | undefined;
}

export function scopeOf(state: AnalysisState, overview: Overview, dimensions: Dimensions | undefined): Scope {
  const span = resolveRange(state.range, dataEnd(overview));
  const view = effectiveView(state, span);
  const preferred = preferredTagKey(dimensions?.tag_keys ?? []);
  const names = {
    tagKeys: state.tagKeys.length || preferred === undefined ? state.tagKeys : [preferred],
    mergeCase: state.mergeCase,
    category: state.category ?? dimensions?.cost_category_names[0],
  };
  const groupBy = tabDimensions(state.tab, names).map(brokenDownBy);
  return {
    overview,
    currency: currencyOf(state.filters, overview),
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
      filter: inOneCurrency(state.filters, overview).map(filterText),
      ...(state.shared && { shared: "split" }),
    },
    compare: compareText(state.compare),
    completeTo: overview.complete_to ?? undefined,
  };
}

/** What the chart and the table show, with the compared span. */
export function mainCostsQuery({ version, query, compare }: Scope) {
  return queries.costs(version, { ...query, top: 20, compare });
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
