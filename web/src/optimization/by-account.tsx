import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { approximate } from "../lib/decimal";
import { formatExact } from "../lib/money";
import { Problem } from "../ui/problem";
import type { OptimizationState } from "./address";
import classes from "./buy.module.css";
import { buyQuery } from "./buy-query";
import { optimizationQueries } from "./queries";
import { ShareBars } from "./share-bars";
import type { Purchase } from "./types";
import { estimate } from "./words";

interface Props {
  of: Pick<Purchase, "payer" | "currency">;
  nameOf: (id: string) => string;
  state: OptimizationState;
  version: string;
}

/** What each account would have of the recommendation: shares of one replay of the whole organization. */
export function ByAccount({ of, nameOf, state, version }: Props) {
  const found = useQuery(optimizationQueries.buy(version, { ...buyQuery(state), by_account: true }));
  const answer = found.data?.find((one) => one.payer === of.payer && one.currency === of.currency);
  if (found.error) return <Problem error={found.error} onRetry={() => void found.refetch()} />;
  if (!answer) {
    return (
      <div aria-busy="true" className={classes.words}>
        <Skeleton height={200} />
      </div>
    );
  }
  const { currency } = answer;
  const chosen = state.accounts?.values;
  const rows = answer.by_account.filter((one) => chosen === undefined || chosen.includes(one.account_id));
  return (
    <>
      <p className={classes.words}>
        One replay of the payer’s whole organization with what is recommended; each account has what of it
        fell on its own usage. These are shares of one purchase, not purchases of their own, in {currency} of
        the look-back.
      </p>
      <ShareBars
        label="Savings by account"
        rows={rows.map((one) => {
          const name = nameOf(one.account_id);
          return {
            id: one.account_id,
            name: name || "Accounts that own nothing",
            ...(name !== one.account_id && { sub: one.account_id }),
            size: Math.max(0, approximate(one.savings)),
            figure: estimate(one.savings, currency),
            exact: `${formatExact(one.savings, currency)} saved: ${formatExact(one.cost, currency)} in place of ${formatExact(one.on_demand, currency)}`,
          };
        })}
        none="No account has a share of it."
      />
    </>
  );
}
