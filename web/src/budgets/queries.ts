import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "../api/client";
import type { SuggestionAsked } from "../api/types";

export const budgetQueries = {
  /** Their figures are others with each delivery. */
  all: (version: string) =>
    queryOptions({
      queryKey: ["budgets", version],
      queryFn: ({ signal }) => unwrap(api.GET("/api/v1/budgets", { signal })),
    }),
  suggestion: (version: string, body: SuggestionAsked) =>
    queryOptions({
      queryKey: ["budget-suggestion", version, body],
      queryFn: ({ signal }) => unwrap(api.POST("/api/v1/budgets/suggest", { body, signal })),
      retry: false,
    }),
};
