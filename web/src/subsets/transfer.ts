import type { Account, Subset } from "../api/types";

/** What accounts belong to that belong to no subset, in words, in filters and in searches. */
export const unassigned = "Unassigned";

/** Names of the subsets that accounts belong to, by account; a subset under change is no home. */
export function homes(subsets: readonly Subset[], except: string | undefined): Map<string, string> {
  return new Map(
    subsets
      .filter((subset) => subset.id !== except)
      .flatMap((subset) => subset.account_ids.map((id) => [id, subset.name] as const)),
  );
}

/** Accounts that hold every word of the search in their name, their number, or the name of their subset. */
export function findAccounts(
  accounts: readonly Account[],
  search: string,
  home: ReadonlyMap<string, string>,
): Account[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return accounts.filter((one) => {
    const text = `${one.account}\n${one.account_id}\n${home.get(one.account_id) ?? unassigned}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

const accounts = (count: number, kind = "") => `${count} ${kind}${count === 1 ? "account" : "accounts"}`;

/** What saving does: who comes, from where, and who goes. */
export function transferSentence(
  before: readonly string[],
  after: readonly string[],
  home: ReadonlyMap<string, string>,
): string {
  const [old, next] = [new Set(before), new Set(after)];
  const added = after.filter((id) => !old.has(id));
  const removed = before.filter((id) => !next.has(id));
  if (added.length === 0 && removed.length === 0) return "Nothing is changed.";
  const sources = new Map<string, number>();
  for (const id of added) {
    const name = home.get(id);
    if (name !== undefined) sources.set(name, (sources.get(name) ?? 0) + 1);
  }
  const moving = [...sources.values()].reduce((sum, count) => sum + count, 0);
  const fresh = added.length - moving;
  const from = [...sources].map(([name, count]) => `${count} from ${name}`).join(", ");
  return [
    moving > 0 && `${accounts(moving)} ${moving === 1 ? "moves" : "move"} here: ${from}.`,
    fresh > 0 && `${accounts(fresh, "unassigned ")} ${fresh === 1 ? "is" : "are"} added.`,
    removed.length > 0 &&
      `${accounts(removed.length)} ${removed.length === 1 ? "leaves and becomes" : "leave and become"} unassigned.`,
  ]
    .filter(Boolean)
    .join(" ");
}
