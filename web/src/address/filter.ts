import { joinList, splitList } from "./list";
import { keptBy } from "./tabs";

/** One restriction: a dimension and the values it keeps or leaves out. The empty value means none / untagged. */
export interface Filter {
  dimension: string;
  exclude: boolean;
  values: string[];
}

/** The text of the API and of the command line: `DIM=V,V` or `DIM!=V`; comma and backslash escaped, and what would end
 *  a dimension's name. */
export function filterText(filter: Filter): string {
  const name = filter.dimension.replace(/[\\=]/g, "\\$&").replace(/!$/, "\\!");
  return `${name}${filter.exclude ? "!=" : "="}${joinList(filter.values)}`;
}

/** Undefined when the text is no filter: an address typed by hand must not break the page. */
export function parseFilter(text: string): Filter | undefined {
  const found = /^((?:\\[\\=!]|[^=])*?)(!?)=(.*)$/s.exec(text);
  const [, name = "", sign, values = ""] = found ?? [];
  const dimension = name.replace(/\\([\\=!])/g, "$1");
  return dimension ? { dimension, exclude: sign === "!", values: splitList(values) } : undefined;
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
  const follows = (filter: Filter) => ["subset_id", "subset", "currency"].includes(filter.dimension);
  return filters.filter(follows).map(filterText);
}

export function filterOf(filters: readonly Filter[], dimension: string): Filter | undefined {
  return filters.find((filter) => filter.dimension === dimension);
}
