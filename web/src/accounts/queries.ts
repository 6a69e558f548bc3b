import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "../api/client";

export const accountQueries = {
  /** In a currency; none is the organization's main one. */
  all: (version: string, currency?: string) =>
    queryOptions({
      queryKey: ["accounts", version, currency],
      queryFn: ({ signal }) =>
        unwrap(api.GET("/api/v1/accounts", { params: { query: currency ? { currency } : {} }, signal })),
    }),
};
