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
  /** In addresses of files; whatever else is asked takes it from the version. */
  as_of?: string;
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
  // Whoever may see chosen subsets alone is not told what is read, nor when.
  if (overview?.part) return 60_000;
  if (!overview?.has_data || overview.ingest) return 2_000;
  return whileUntold(20_000);
}

/** Changes whenever a month is published, or another part may be seen: figures are asked for anew, and never otherwise. It begins with the day when
 *  the bills stood so, where they are not those of now: whatever is asked of a state is asked of that day. */
export function dataVersion(overview: Overview): string {
  const past = overview.as_of ? `${overview.as_of.at}|` : "";
  const part = overview.part ? `${JSON.stringify(overview.part)};` : "";
  return past + part + overview.periods.map((p) => `${p.period}@${p.published_at}/${p.stage}`).join(";");
}

/** The parameter that asks for the state of a version. */
export function pastOf(version: string): { as_of?: string } {
  const end = version.indexOf("|");
  return end < 0 ? {} : { as_of: version.slice(0, end) };
}

export const queries = {
  overview: (asOf?: string) =>
    queryOptions({
      queryKey: asOf === undefined ? ["overview"] : ["overview", asOf],
      queryFn: ({ signal }) =>
        unwrap(api.GET("/api/v1/overview", { params: { query: asOf ? { as_of: asOf } : {} }, signal })),
      refetchInterval: (query) => pollInterval(query.state.data),
    }),
  dimensions: (version: string) =>
    queryOptions({
      queryKey: ["dimensions", version],
      queryFn: ({ signal }) =>
        unwrap(api.GET("/api/v1/dimensions", { params: { query: pastOf(version) }, signal })),
      placeholderData: keepPreviousData,
    }),
  summary: (version: string, metric: string, filter: string[]) =>
    queryOptions({
      queryKey: ["summary", version, metric, filter],
      queryFn: ({ signal }) =>
        unwrap(
          api.GET("/api/v1/summary", { params: { query: { metric, filter, ...pastOf(version) } }, signal }),
        ),
      placeholderData: keepPreviousData,
    }),
  projection: (version: string, metric: string, filter: string[]) =>
    queryOptions({
      queryKey: ["projection", version, metric, filter],
      queryFn: ({ signal }) =>
        unwrap(
          api.GET("/api/v1/projection", {
            params: { query: { metric, filter, ...pastOf(version) } },
            signal,
          }),
        ),
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
        unwrap(
          api.GET("/api/v1/dimensions/{name}/values", {
            params: { path: { name }, query: { ...query, ...pastOf(version) } },
            signal,
          }),
        ),
      placeholderData: keepPreviousData,
    }),
  costs: (version: string, query: CostsQuery & { top?: number; compare?: string }) =>
    queryOptions({
      queryKey: ["costs", version, query],
      queryFn: ({ signal }) =>
        unwrap(api.GET("/api/v1/costs", { params: { query: { ...query, ...pastOf(version) } }, signal })),
      placeholderData: keepPreviousData,
    }),
  savings: (version: string, filter: string[]) =>
    queryOptions({
      queryKey: ["savings", version, filter],
      queryFn: ({ signal }) =>
        unwrap(api.GET("/api/v1/savings", { params: { query: { filter, ...pastOf(version) } }, signal })),
      placeholderData: keepPreviousData,
      // After a publication they are reckoned behind.
      refetchInterval: ({ state }) => (state.data?.reckoning ? 2_000 : false),
    }),
  explain: (version: string, query: ExplainQuery) =>
    queryOptions({
      queryKey: ["explain", version, query],
      queryFn: ({ signal }) =>
        unwrap(api.GET("/api/v1/explain", { params: { query: { ...query, ...pastOf(version) } }, signal })),
      // Another page or order of the same rows follows on the last one; another figure does not.
      placeholderData: (last, before) =>
        before && figureOf(before.queryKey[2] as ExplainQuery) === figureOf(query) ? last : undefined,
    }),
};
