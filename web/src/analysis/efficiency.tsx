import { Button } from "@mantine/core";
import type { SavingsAccount } from "../api/types";
import { compareDecimals } from "../lib/decimal";
import { formatExact, moneyRange } from "../lib/money";

/** "62 %"; a dash for an account without savings of either kind. */
export function score(percent: number | null): string {
  return percent === null ? "–" : `${Math.round(percent)} %`;
}

/** Whether anything was found that an account could save beside what it saves already. */
export function savesMore(account: SavingsAccount): boolean {
  return account.additional_high !== null && compareDecimals(account.additional_high, "0") > 0;
}

/** What more could be saved. An estimate, shown without cents; all digits are in the tooltip. */
export function SavingsRange({ account, currency }: { account: SavingsAccount; currency: string }) {
  const { additional_low: low, additional_high: high } = account;
  if (low === null || high === null) {
    return <span title="No price of what would be cheaper is known">–</span>;
  }
  if (!savesMore(account)) return <span title="Nothing more to save was found">–</span>;
  return (
    <span title={`${formatExact(low, currency)} – ${formatExact(high, currency)} more to save`}>
      {moneyRange(low, high, currency, 0)}
    </span>
  );
}

interface Props {
  account: SavingsAccount;
  onAccount: (id: string) => void;
}

/** Where to go from an account: its costs. */
export function AccountAction({ account, onAccount }: Props) {
  return (
    <Button
      variant="default"
      size="compact-xs"
      aria-label={`View ${account.account}`}
      onClick={() => onAccount(account.account_id)}
    >
      View
    </Button>
  );
}
