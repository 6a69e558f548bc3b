import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "./client";
import { whileUntold } from "./told";
import type { Overview } from "./types";

export interface CostsQuery {
  metric: string;
  group_by: string;
  view: string;
  from: string;
  to: string;
  filter: string[];
  shared?: "split";
}
export type ExplainQuery = Omit<CostsQuery, "view" | "group_by"> & {
  group_by?: string;
  /** With `shared`: those of the table that the figure stands in. */
  view?: string;
  part?: string;
  keys?: string[];
  /** In place of keys: those of the groups that the rest does not hold. */
  but?: string[];
  sort: string;
  order: "asc" | "desc";
  page: number;
  page_size: number;
};

/** The figure behind which rows are listed, however they are. */
function figureOf(query: ExplainQuery): string {
  return JSON.stringify({ ...query, sort: "", order: "asc", page: 0 });
}

/**
 * Two seconds while something is being read, for how far it is. What begins, ends, fails and is mended is told by the
 * server; where nobody tells, it is asked for now and then.
 */
export function pollInterval(overview: Overview | undefined): number | false {
  if (!overview?.has_data || overview.ingest) return 2_000;
  return whileUntold(20_000);
}

/** Changes whenever a month is published: figures are asked for anew, and never otherwise. */
export function dataVersion(overview: Overview): string {
  return overview.periods.map((p) => `${p.period}@${p.published_at}/${p.stage}`).join(";");
}

export const queries = {
  overview: () =>
    queryOptions({
      queryKey: ["overview"],
      queryFn: ({ signal }) => unwrap(api.GET("/api/v1/overview", { signal })),
      refetchInterval: (query) => pollInterval(query.state.data),
    }),
  dimensions: (version: string) =>
    queryOptions({
      queryKey: ["dimensions", version],
      queryFn: ({ signal }) => unwrap(api.GET("/api/v1/dimensions", { signal })),
      placeholderData: keepPreviousData,
    }),
  summary: (version: string, metric: string, filter: string[]) =>
    queryOptions({
      queryKey: ["summary", version, metric, filter],
      queryFn: ({ signal }) =>
        unwrap(api.GET("/api/v1/summary", { params: { query: { metric, filter } }, signal })),
      placeholderData: keepPreviousData,
    }),
  projection: (version: string, metric: string, filter: string[]) =>
    queryOptions({
      queryKey: ["projection", version, metric, filter],
      queryFn: ({ signal }) =>
        unwrap(api.GET("/api/v1/projection", { params: { query: { metric, filter } }, signal })),
      placeholderData: keepPreviousData,
    }),
  values: (
    version: string,
    name: string,
    query: {
      from: string;
      to: string;
      metric: string;
      search?: string;
      limit: number;
      /** Also what other months have, with a figure of zero. */
      all_months?: boolean;
    },
  ) =>
    queryOptions({
      queryKey: ["values", version, name, query],
      queryFn: ({ signal }) =>
        unwrap(api.GET("/api/v1/dimensions/{name}/values", { params: { path: { name }, query }, signal })),
      placeholderData: keepPreviousData,
    }),
  costs: (version: string, query: CostsQuery & { top?: number; compare?: string }) =>
    queryOptions({
      queryKey: ["costs", version, query],
      queryFn: ({ signal }) => unwrap(api.GET("/api/v1/costs", { params: { query }, signal })),
      placeholderData: keepPreviousData,
    }),
  savings: (version: string, filter: string[]) =>
    queryOptions({
      queryKey: ["savings", version, filter],
      queryFn: ({ signal }) => unwrap(api.GET("/api/v1/savings", { params: { query: { filter } }, signal })),
      placeholderData: keepPreviousData,
    }),
  explain: (version: string, query: ExplainQuery) =>
    queryOptions({
      queryKey: ["explain", version, query],
      queryFn: ({ signal }) => unwrap(api.GET("/api/v1/explain", { params: { query }, signal })),
      // Another page or order of the same rows follows on the last one; another figure does not.
      placeholderData: (last, before) =>
        before && figureOf(before.queryKey[2] as ExplainQuery) === figureOf(query) ? last : undefined,
    }),
};
