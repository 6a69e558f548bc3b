import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "../api/client";

export const sharedCostQueries = {
  all: () =>
    queryOptions({
      queryKey: ["shared-costs"],
      queryFn: ({ signal }) => unwrap(api.GET("/api/v1/shared-costs", { signal })),
    }),
};
