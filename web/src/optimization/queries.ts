import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "../api/client";
import type { Dismissal, Workloads } from "./types";

/** What questions about the usage of accounts carry. */
export interface Asked {
  filter: string[];
  currency?: string;
}

/** How a purchase is asked for. */
export interface BuyQuery {
  offer: string;
  term: string;
  payment: string;
  look_back: number;
  expires_within?: number;
  /** Per hour, in place of the recommended one. */
  commitment?: string;
  /** Of one plan alone. */
  family?: string;
  region?: string;
  /** Months over which it is bought in parts. */
  ladder?: number;
  by_account?: boolean;
}

/** By `version`, which changes with each publication. */
export const optimizationQueries = {
  overview: (version: string, query: Asked) =>
    queryOptions({
      queryKey: ["optimization-overview", version, query],
      queryFn: ({ signal }) =>
        unwrap(api.GET("/api/v1/optimization/overview", { params: { query }, signal })),
      placeholderData: keepPreviousData,
      // What follows a publication is reckoned behind: it is asked for until it is there.
      refetchInterval: (asked) => (asked.state.data?.reckoning ? 2_000 : false),
    }),
  owned: (version: string, query: Asked) =>
    queryOptions({
      queryKey: ["optimization-owned", version, query],
      queryFn: ({ signal }) => unwrap(api.GET("/api/v1/optimization/owned", { params: { query }, signal })),
      placeholderData: keepPreviousData,
    }),
  hours: (version: string, query: { id: string; month: string }) =>
    queryOptions({
      queryKey: ["optimization-hours", version, query],
      queryFn: ({ signal }) =>
        unwrap(api.GET("/api/v1/optimization/owned/hours", { params: { query }, signal })),
      placeholderData: keepPreviousData,
    }),
  replay: (version: string, query: { month: string; currency?: string }) =>
    queryOptions({
      queryKey: ["optimization-replay", version, query],
      queryFn: ({ signal }) => unwrap(api.GET("/api/v1/optimization/replay", { params: { query }, signal })),
      placeholderData: keepPreviousData,
    }),
  /** Of other choices nothing is kept: figures of another offer beside a name would be wrong. */
  buy: (version: string, query: BuyQuery) =>
    queryOptions({
      queryKey: ["optimization-buy", version, query],
      queryFn: ({ signal }) => unwrap(api.GET("/api/v1/optimization/buy", { params: { query }, signal })),
      staleTime: 30 * 60_000,
    }),
  waste: (version: string, query: Asked) =>
    queryOptions({
      queryKey: ["optimization-waste", version, query],
      queryFn: ({ signal }) => unwrap(api.GET("/api/v1/optimization/waste", { params: { query }, signal })),
      placeholderData: keepPreviousData,
    }),
  workloads: (version: string, query: Asked & { kind: "containers" | "elastic" }) =>
    queryOptions({
      queryKey: ["optimization-workloads", version, query],
      queryFn: ({ signal }): Promise<Workloads> =>
        unwrap(api.GET("/api/v1/optimization/workloads", { params: { query }, signal })),
      placeholderData: (last, before) =>
        before && (before.queryKey[2] as { kind: string }).kind === query.kind ? last : undefined,
    }),
  splitCosts: (version: string, query: Asked) =>
    queryOptions({
      queryKey: ["optimization-split-costs", version, query],
      queryFn: ({ signal }) =>
        unwrap(api.GET("/api/v1/optimization/split-costs", { params: { query }, signal })),
      placeholderData: keepPreviousData,
    }),
};

/** What people say about what was found. */
export const optimizationChanges = {
  dismiss: (body: Dismissal) => unwrap(api.POST("/api/v1/optimization/waste/dismissals", { body })),
  restore: (id: string) =>
    unwrap(api.DELETE("/api/v1/optimization/waste/dismissals/{id}", { params: { path: { id } } })),
  exclude: (workloads: string[], reason: string) =>
    unwrap(api.PUT("/api/v1/optimization/spot-exclusions", { body: { workloads, reason } })),
  include: (workloads: string[]) =>
    unwrap(api.POST("/api/v1/optimization/spot-exclusions/include", { body: { workloads } })),
};
