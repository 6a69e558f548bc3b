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

/** Reads an account list; the first line that is not understood is said. */
export function readList(text: string): AccountOfCustomer[] | string {
  const accounts: AccountOfCustomer[] = [];
  for (const [at, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const [, account, organization] = /^\s*([^\s,;]+)\s*[,;\t]\s*(\S.*?)\s*$/.exec(line) ?? [];
    if (!account || !organization) return `Line ${at + 1} is not “account, organization”.`;
    if (at === 0 && /^account/i.test(account)) continue;
    accounts.push({ account_id: account, organization });
  }
  return accounts;
}
