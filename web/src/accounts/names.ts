import type { Account } from "../api/types";
import { spanLabel } from "../lib/dates";

/** The names that an account had before its present one, the newest first, each with its span. */
export function earlierNames(account: Pick<Account, "account" | "names">): { name: string; span: string }[] {
  const byTime = [...account.names].sort((a, b) => (a.from < b.from ? 1 : -1));
  const [newest, ...rest] = byTime;
  const earlier = newest?.name === account.account ? rest : byTime;
  return earlier.map(({ name, from, to }) => ({ name, span: spanLabel(from, to) }));
}
