import type { Account } from "../api/types";
import { compareDecimals } from "../lib/decimal";
import { unassigned } from "../subsets/transfer";
import { compareNames } from "../ui/sort";

/** An account with the name of its subset, as the page lists it. */
export interface AccountRow extends Account {
  subset: string | undefined;
}

/** Accounts that hold every word of the search in anything that the row shows, earlier names too. */
export function findRows(rows: readonly AccountRow[], search: string): AccountRow[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter((row) => {
    const text = [
      row.account,
      row.account_id,
      row.subset ?? unassigned,
      row.organizational_unit ?? "",
      ...row.names.map((one) => one.name),
      ...row.given.map((one) => one.name),
    ]
      .join("\n")
      .toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

export const orders: Record<string, (a: AccountRow, b: AccountRow) => number> = {
  name: (a, b) => compareNames(a.account, b.account),
  names: (a, b) => a.names.length - b.names.length,
  subset: (a, b) => compareNames(a.subset ?? unassigned, b.subset ?? unassigned),
  unit: (a, b) => compareNames(a.organizational_unit ?? "", b.organizational_unit ?? ""),
  cost: (a, b) => compareDecimals(a.cost, b.cost),
};
