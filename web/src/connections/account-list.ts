export interface AccountOfCustomer {
  account_id: string;
  organization: string;
}

/** An account list as text, one account a line, in the order of customers. */
export function listText(
  customers: readonly { organization: string; accounts: readonly string[] }[],
): string {
  return customers
    .flatMap((one) => one.accounts.map((account) => `${account}, ${one.organization}`))
    .join("\n");
}

/** As spreadsheets write it: with or without quotes. */
const plain = (text: string) =>
  text
    .trim()
    .replace(/^"(.*)"$/, "$1")
    .trim();

/** Organizations that have fewer accounts in the new list, by name: what they have of the bill goes. */
export function losing(before: readonly AccountOfCustomer[], after: readonly AccountOfCustomer[]): string[] {
  const kept = new Set(after.map((one) => `${one.account_id} ${one.organization}`));
  const lost = before.filter((one) => !kept.has(`${one.account_id} ${one.organization}`));
  return [...new Set(lost.map((one) => one.organization))].sort();
}

/** Reads an account list; the first line that is not understood is said. */
export function readList(text: string): AccountOfCustomer[] | string {
  const accounts: AccountOfCustomer[] = [];
  let first = true;
  for (const [at, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const [, account, organization] = /^([^,;\t]+)[,;\t](.+)$/.exec(line.trim())?.map(plain) ?? [];
    const header = first && /^account/i.test(account ?? plain(line));
    first = false;
    if (header) continue;
    if (!account || !organization) return `Line ${at + 1} is not “account, organization”.`;
    accounts.push({ account_id: account, organization });
  }
  return accounts;
}

/** Lines of a list that another has not. */
export function linesBeside(text: string, other: string): string {
  const known = new Set(other.split("\n").map((line) => line.trim()));
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !known.has(line))
    .join("; ");
}
