import type { Overview } from "../api/types";
import { type Filter, filterOf, withFilter } from "./filter";

/** The currency that a page is in: the main one of the bills that its filters let pass. Amounts of several currencies are
 *  never added, so a page is always in one. */
export function currencyOf(
  filters: readonly Filter[],
  overview: Pick<Overview, "currency" | "currencies" | "periods">,
): string {
  if (overview.currencies.length < 2) return overview.currency;
  const passes = (dimension: string, value: string) => {
    const filter = filterOf(filters, dimension);
    return filter === undefined || filter.values.includes(value) !== filter.exclude;
  };
  const passing = overview.periods.filter(
    (one) =>
      passes("connection", one.connection) &&
      passes("billing_period", one.period) &&
      passes("currency", one.currency),
  );
  const there = new Set(passing.map((one) => one.currency));
  return overview.currencies.find((currency) => there.has(currency)) ?? overview.currency;
}

/** The filters with the page's currency among them, where there are several. */
export function inOneCurrency(
  filters: readonly Filter[],
  overview: Pick<Overview, "currency" | "currencies" | "periods">,
): readonly Filter[] {
  if (overview.currencies.length < 2) return filters;
  const values = [currencyOf(filters, overview)];
  return withFilter(filters, { dimension: "currency", exclude: false, values });
}
