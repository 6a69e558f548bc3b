import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "../api/client";
import type { SubsetChange } from "../api/types";

export const subsetQueries = {
  all: (version: string) =>
    queryOptions({
      queryKey: ["subsets", version],
      queryFn: ({ signal }) => unwrap(api.GET("/api/v1/subsets", { signal })),
      placeholderData: keepPreviousData,
    }),
  one: (version: string, id: string) =>
    queryOptions({
      queryKey: ["subset", version, id],
      queryFn: ({ signal }) => unwrap(api.GET("/api/v1/subsets/{id}", { params: { path: { id } }, signal })),
    }),
};

/** Which account belongs where is part of every figure that is asked for by subset: all are asked for anew. */
export function useRenewFigures() {
  const client = useQueryClient();
  return () => client.invalidateQueries();
}

export function useChangeSubset(id: string) {
  const renew = useRenewFigures();
  return useMutation({
    mutationFn: (change: SubsetChange) =>
      unwrap(api.PATCH("/api/v1/subsets/{id}", { params: { path: { id } }, body: change })),
    onSuccess: renew,
  });
}
