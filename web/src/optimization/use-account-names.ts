import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { queries } from "../api/queries";
import { useOverview } from "../ui/use-overview";

/** What accounts are called: answers about commitments have their numbers alone. */
export function useAccountNames(): (id: string) => string {
  const { version, recent } = useOverview();
  const { from, to } = recent;
  const known = useQuery(
    queries.values(version, "account_id", { from, to, metric: "amortized", limit: 500, all_months: true }),
  );
  const names = useMemo(
    () => new Map(known.data?.values.map((one) => [one.value, one.label || one.value])),
    [known.data],
  );
  return (id) => names.get(id) ?? id;
}
