import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "../api/client";
import type { TrendTrial } from "./types";

/** What the list of events is asked for. */
export interface EventsQuery {
  status: string;
  direction?: string;
  kind?: string[];
  severity?: string[];
  account?: string[];
  definition?: string[];
  search?: string;
  /** False leaves out what no definition that notifies saw. */
  recorded?: boolean;
  from?: string;
  to?: string;
  currency?: string;
  sort: string;
  order: "asc" | "desc";
  limit: number;
  offset: number;
}

/** By `version`, which changes with each publication: what follows from one is asked for anew. */
export const trendQueries = {
  trends: (version: string, currency: string | undefined) =>
    queryOptions({
      queryKey: ["trends", version, currency],
      queryFn: ({ signal }) =>
        unwrap(api.GET("/api/v1/trends", { params: { query: currency ? { currency } : {} }, signal })),
      placeholderData: keepPreviousData,
      staleTime: 30_000,
      // The first look takes seconds; those that follow a publication are waited for more patiently.
      refetchInterval: (query) => (query.state.data?.state === "looking" ? 2_000 : 60_000),
    }),
  events: (version: string, looked: string | null | undefined, query: EventsQuery) =>
    queryOptions({
      // A look that ended may have found more.
      queryKey: ["trend-events", version, looked, query],
      queryFn: ({ signal }) => unwrap(api.GET("/api/v1/trend-events", { params: { query }, signal })),
      placeholderData: keepPreviousData,
      staleTime: 30_000,
    }),
  event: (id: string) =>
    queryOptions({
      queryKey: ["trend-event", id],
      queryFn: ({ signal }) =>
        unwrap(api.GET("/api/v1/trend-events/{id}", { params: { path: { id } }, signal })),
      staleTime: 10_000,
    }),
  days: (id: string, version: string) =>
    queryOptions({
      queryKey: ["trend-days", id, version],
      queryFn: ({ signal }) =>
        unwrap(api.GET("/api/v1/trend-events/{id}/days", { params: { path: { id } }, signal })),
    }),
  why: (id: string, version: string, day: string) =>
    queryOptions({
      queryKey: ["trend-why", id, version, day],
      queryFn: ({ signal }) =>
        unwrap(
          api.GET("/api/v1/trend-events/{id}/why", { params: { path: { id }, query: { day } }, signal }),
        ),
      placeholderData: keepPreviousData,
    }),
  breakdown: (id: string, version: string, query: { by: string; limit: number; offset: number }) =>
    queryOptions({
      queryKey: ["trend-breakdown", id, version, query],
      queryFn: ({ signal }) =>
        unwrap(api.GET("/api/v1/trend-events/{id}/breakdown", { params: { path: { id }, query }, signal })),
      placeholderData: keepPreviousData,
    }),
  definitions: () =>
    queryOptions({
      queryKey: ["trend-definitions"],
      queryFn: ({ signal }) => unwrap(api.GET("/api/v1/trend-definitions", { signal })),
      staleTime: 30_000,
    }),
  /** Asked while a slider is dragged: only the last question is waited for. */
  backtest: (version: string, trial: TrendTrial) =>
    queryOptions({
      queryKey: ["trend-backtest", version, trial],
      queryFn: ({ signal }) =>
        unwrap(api.POST("/api/v1/trend-definitions/backtest", { body: trial, signal })),
      placeholderData: keepPreviousData,
    }),
};
