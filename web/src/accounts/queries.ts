import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "../api/client";
import type { AccountAndName } from "./names-list";

export const accountQueries = {
  /** In a currency; none is the organization's main one. */
  all: (version: string, currency?: string) =>
    queryOptions({
      queryKey: ["accounts", version, currency],
      queryFn: ({ signal }) =>
        unwrap(api.GET("/api/v1/accounts", { params: { query: currency ? { currency } : {} }, signal })),
    }),
};

/** Names accounts. Names stand everywhere: all that is shown is asked for anew. */
export function useNameAccounts(onNamed: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (names: AccountAndName[]) => unwrap(api.PUT("/api/v1/account-names", { body: { names } })),
    onSuccess: async () => {
      await client.invalidateQueries();
      onNamed();
    },
  });
}
