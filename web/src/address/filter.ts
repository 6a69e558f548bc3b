import { joinList, splitList } from "./list";
import { keptBy } from "./tabs";

/** One restriction: a dimension and the values it keeps or leaves out. The empty value means none / untagged. */
export interface Filter {
  dimension: string;
  exclude: boolean;
  values: string[];
}

/** The text of the API and of the command line: `DIM=V,V` or `DIM!=V`; comma and backslash escaped. */
export function filterText(filter: Filter): string {
  return `${filter.dimension}${filter.exclude ? "!=" : "="}${joinList(filter.values)}`;
}

/** Undefined when the text is no filter: an address typed by hand must not break the page. */
export function parseFilter(text: string): Filter | undefined {
  const at = text.indexOf("=");
  if (at < 1) return undefined;
  const exclude = text[at - 1] === "!";
  const dimension = text.slice(0, exclude ? at - 1 : at);
  return dimension ? { dimension, exclude, values: splitList(text.slice(at + 1)) } : undefined;
}

/** Replaces the restriction of one dimension; no values removes it. */
export function withFilter(filters: readonly Filter[], next: Filter): Filter[] {
  const rest = filters.filter((filter) => filter.dimension !== next.dimension);
  return next.values.length ? [...rest, next] : rest;
}

/** Keeps a value of a breakdown, or leaves it out. */
export function keyFilter(dimension: string, key: string, exclude: boolean): Filter {
  return { dimension: keptBy(dimension, key), exclude, values: [key] };
}

/** Keeps only rows with these keys, one a dimension. */
export function withKeys(
  filters: readonly Filter[],
  dimensions: readonly string[],
  keys: readonly string[],
): Filter[] {
  return dimensions.reduce<Filter[]>(
    (rest, dimension, at) => withFilter(rest, keyFilter(dimension, keys[at] ?? "", false)),
    [...filters],
  );
}

/** The subset that the page is about, and its currency, for what follows no other filter; none is everything. */
export function subsetFilter(filters: readonly Filter[]): string[] {
  const follows = (filter: Filter) => filter.dimension === "subset" || filter.dimension === "currency";
  return filters.filter(follows).map(filterText);
}

export function filterOf(filters: readonly Filter[], dimension: string): Filter | undefined {
  return filters.find((filter) => filter.dimension === dimension);
}
