import { useQuery } from "@tanstack/react-query";
import type { BuyState } from "./address";
import { buyQuery, type Target } from "./buy-query";
import { optimizationQueries } from "./queries";
import type { Purchase } from "./types";

/** One plan alone: its recommendation with its curve, and the answer at what was chosen instead. */
export interface PlanAnswer {
  best: Purchase | undefined;
  exact: Purchase | undefined;
  pending: boolean;
  error: Error | null;
}

export function usePlan(
  target: Target | undefined,
  of: Pick<Purchase, "payer" | "currency">,
  state: BuyState,
  commitment: string | undefined,
  version: string,
): PlanAnswer {
  const query = { ...buyQuery(state), ...target?.query };
  const best = useQuery({ ...optimizationQueries.buy(version, query), enabled: target !== undefined });
  const exact = useQuery({
    ...optimizationQueries.buy(version, { ...query, commitment: commitment ?? "" }),
    enabled: target !== undefined && commitment !== undefined,
  });
  // Payers and currencies are problems of their own.
  const mine = (all: Purchase[] | undefined) =>
    all?.find((one) => one.payer === of.payer && one.currency === of.currency);
  return {
    best: mine(best.data),
    exact: commitment === undefined ? undefined : mine(exact.data),
    pending: best.isLoading || exact.isLoading,
    error: best.error ?? (commitment === undefined ? null : exact.error),
  };
}
