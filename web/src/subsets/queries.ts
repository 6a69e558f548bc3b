import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, ifMatch, unwrap } from "../api/client";
import type { Subset, SubsetChange } from "../api/types";
import { changedHere } from "../ui/use-version";

export const subsetQueries = {
  /** In a currency; none is the organization's main one. */
  all: (version: string, currency?: string) =>
    queryOptions({
      queryKey: ["subsets", version, currency],
      queryFn: ({ signal }) =>
        unwrap(api.GET("/api/v1/subsets", { params: { query: currency ? { currency } : {} }, signal })),
      placeholderData: keepPreviousData,
    }),
  one: (version: string, id: string, currency?: string) =>
    queryOptions({
      queryKey: ["subset", version, id, currency],
      queryFn: ({ signal }) =>
        unwrap(
          api.GET("/api/v1/subsets/{id}", {
            params: { path: { id }, query: currency ? { currency } : {} },
            signal,
          }),
        ),
    }),
};

/** Which account belongs where is part of every figure that is asked for by subset: all are asked for anew. */
export function useRenewFigures() {
  const client = useQueryClient();
  return () => client.invalidateQueries();
}

/** Changes a subset as it was loaded. */
export function useChangeSubset({ id, version }: Pick<Subset, "id" | "version">) {
  const renew = useRenewFigures();
  return useMutation({
    mutationFn: (change: SubsetChange) =>
      unwrap(
        api.PATCH("/api/v1/subsets/{id}", {
          params: { path: { id }, header: ifMatch(version) },
          body: change,
        }),
      ),
    onSuccess: (saved) => {
      changedHere(version, saved.version);
      return renew();
    },
  });
}
