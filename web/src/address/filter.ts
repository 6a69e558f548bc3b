/** One restriction: a dimension and the values it keeps or leaves out. The empty value means none / untagged. */
export interface Filter {
  dimension: string;
  exclude: boolean;
  values: string[];
}

function escapeValue(value: string): string {
  return value.replace(/[\\,]/g, (character) => `\\${character}`);
}

/** The text of the API and of the command line: `DIM=V,V` or `DIM!=V`; comma and backslash escaped. */
export function filterText(filter: Filter): string {
  return `${filter.dimension}${filter.exclude ? "!=" : "="}${filter.values.map(escapeValue).join(",")}`;
}

function splitValues(text: string): string[] {
  const values: string[] = [];
  let value = "";
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === ",") {
      values.push(value);
      value = "";
    } else value += character === "\\" && i + 1 < text.length ? text[++i] : character;
  }
  return [...values, value];
}

/** Undefined when the text is no filter: an address typed by hand must not break the page. */
export function parseFilter(text: string): Filter | undefined {
  const at = text.indexOf("=");
  if (at < 1) return undefined;
  const exclude = text[at - 1] === "!";
  const dimension = text.slice(0, exclude ? at - 1 : at);
  return dimension ? { dimension, exclude, values: splitValues(text.slice(at + 1)) } : undefined;
}

/** Replaces the restriction of one dimension; no values removes it. */
export function withFilter(filters: readonly Filter[], next: Filter): Filter[] {
  const rest = filters.filter((filter) => filter.dimension !== next.dimension);
  return next.values.length ? [...rest, next] : rest;
}

export function filterOf(filters: readonly Filter[], dimension: string): Filter | undefined {
  return filters.find((filter) => filter.dimension === dimension);
}
