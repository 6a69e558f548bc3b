import type { Account } from "../api/types";
import { spanLabel, timeLabel } from "../lib/dates";

/** The names that an account had before its present one, the newest first, each with its span: those of its bills, and
 *  those that people gave it. */
export function earlierNames(
  account: Pick<Account, "account" | "names" | "given">,
): { name: string; span: string }[] {
  const byTime = [...account.names].sort((a, b) => (a.from < b.from ? 1 : -1));
  const [newest, ...rest] = byTime;
  const earlier = newest?.name === account.account ? rest : byTime;
  const given = account.given
    .slice(1)
    .filter((one) => one.name !== "" && one.name !== account.account)
    .map((one) => ({ name: one.name, span: `given ${timeLabel(one.since)}` }));
  return [...given, ...earlier.map(({ name, from, to }) => ({ name, span: spanLabel(from, to) }))];
}
