export interface SpeltValue {
  value: string;
  spellings: string[];
}

export function spellingsText(values: readonly SpeltValue[]): string {
  return values.map((one) => `${one.value} = ${one.spellings.join(", ")}`).join("\n");
}

/** Reads "value = spelling, spelling" a line; the first line that is not understood is said. */
export function readSpellings(text: string): SpeltValue[] | string {
  const values: SpeltValue[] = [];
  for (const [at, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const cut = line.indexOf("=");
    const value = line.slice(0, cut).trim();
    const spellings = line
      .slice(cut + 1)
      .split(",")
      .map((one) => one.trim())
      .filter(Boolean);
    if (cut < 1 || value === "" || spellings.length === 0) {
      return `Line ${at + 1} is not “value = spelling, spelling”.`;
    }
    values.push({ value, spellings });
  }
  return values;
}
