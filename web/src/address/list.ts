/** Several texts as one, separated by commas; comma and backslash escaped: filters, dimensions and keys share it. */
export function joinList(texts: readonly string[]): string {
  return texts.map((text) => text.replace(/[\\,]/g, (character) => `\\${character}`)).join(",");
}

export function splitList(text: string): string[] {
  const texts: string[] = [];
  let part = "";
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === ",") {
      texts.push(part);
      part = "";
    } else part += character === "\\" && i + 1 < text.length ? text[++i] : character;
  }
  return [...texts, part];
}

/** The keys of a row as one text. A single key stays as it is, so that it can be read in addresses. */
export function keysText(keys: readonly string[]): string {
  return keys.length === 1 ? (keys[0] ?? "") : joinList(keys);
}

export function readKeys(text: string, dimensions: number): string[] {
  return dimensions === 1 ? [text] : splitList(text);
}

export function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, at) => text === b[at]);
}
