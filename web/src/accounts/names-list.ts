export interface AccountAndName {
  account_id: string;
  name: string;
}

/** A cell as spreadsheets write it: with or without quotes. */
const plain = (text: string) => {
  const cell = text.trim();
  const [, quoted] = /^"(.*)"$/.exec(cell) ?? [];
  return (quoted?.replaceAll('""', '"') ?? cell).trim();
};

/** Reads a list of names, "account, name" a line; the first line that is not understood is said. */
export function readNames(text: string): AccountAndName[] | string {
  const names: AccountAndName[] = [];
  let first = true;
  for (const [at, line] of text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .entries()) {
    if (line.trim() === "") continue;
    const [, account, name] = /^([^,;\t]*)[,;\t](.*)$/.exec(line) ?? [];
    const account_id = plain(account ?? line);
    const heading = first && /^account/i.test(account_id);
    first = false;
    if (heading) continue;
    if (name === undefined || account_id === "") return `Line ${at + 1} is not “account, name”.`;
    if (names.some((one) => one.account_id === account_id)) {
      return `Account ${account_id} is named twice.`;
    }
    names.push({ account_id, name: plain(name) });
  }
  return names;
}
