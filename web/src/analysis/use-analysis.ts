import { type QueryClient, useQuery, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useRef } from "react";
import type { AnalysisState } from "../address/state";
import { dataVersion, queries } from "../api/queries";
import { atMost } from "../lib/patience";
import { mainCostsQuery, type Scope, scopeOf } from "./scope";

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
  const overview = client.getQueryData(queries.overview(state.asOf).queryKey);
  if (!overview?.has_data) return;
  const dimensions = client.getQueryData(queries.dimensions(dataVersion(overview)).queryKey);
  const scope = scopeOf(state, overview, dimensions);
  const query = mainCostsQuery(scope);
  if (scope.groupBy.length === 0 || client.getQueryData(query.queryKey)) return;
  return client.prefetchQuery(query);
}

export function useScope(state: AnalysisState): Scope {
  const { data: overview } = useSuspenseQuery(queries.overview(state.asOf));
  const { data: dimensions } = useQuery({
    ...queries.dimensions(dataVersion(overview)),
    enabled: overview.has_data,
  });
  return useMemo(() => scopeOf(state, overview, dimensions), [state, overview, dimensions]);
}
