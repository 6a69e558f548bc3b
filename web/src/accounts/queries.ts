import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "../api/client";

export const accountQueries = {
  all: (version: string) =>
    queryOptions({
      queryKey: ["accounts", version],
      queryFn: ({ signal }) => unwrap(api.GET("/api/v1/accounts", { signal })),
    }),
};
