export interface Sort {
  column: string;
  descending: boolean;
}

/** As addresses write it: "-cost" is by cost, largest first. */
export function sortText(sort: Sort): string {
  return `${sort.descending ? "-" : ""}${sort.column}`;
}

export function readSort(text: string | undefined, start: Sort): Sort {
  return text ? { column: text.replace(/^-/, ""), descending: text.startsWith("-") } : start;
}

/** Names as people order them: "Account 9" before "Account 10". */
export function compareNames(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}

/** Rows in order; a column that nobody knows, from an address typed by hand, leaves them as they are. */
export function sorted<Row>(
  rows: readonly Row[],
  sort: Sort,
  orders: Record<string, (a: Row, b: Row) => number>,
): Row[] {
  const order = Object.hasOwn(orders, sort.column) ? orders[sort.column] : undefined;
  if (!order) return [...rows];
  return [...rows].sort((a, b) => (sort.descending ? order(b, a) : order(a, b)));
}
