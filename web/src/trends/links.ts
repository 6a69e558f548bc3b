import type { Filter } from "../address/filter";
import { parseSearch } from "../address/path-builder";
import type { Span } from "../address/range";
import { type AnalysisState, initialState, readState } from "../address/state";
import { tagDimension } from "../address/tabs";
import type { TrendEvent, TrendObject } from "./types";

/** Kinds of rows that are usage: what trends are about, and nothing that a credit or a fee could move. */
export const usageFilter: Filter = {
  dimension: "line_item_type",
  exclude: false,
  values: ["Usage", "DiscountedUsage", "SavingsPlanCoveredUsage"],
};

/** What costs call the attributes of an object. */
const dimensions: Record<string, string> = {
  account: "account_id",
  service: "product_code",
  usage_type: "usage_type",
  region: "region",
  operation: "operation",
  resource: "resource_id",
  subset: "subset_id",
  connection: "connection",
};

/** Filters that keep the rows of an object. `saved`: filters of a saved report, by its identifier. Undefined where the object
 *  cannot be told by filters (any more). */
export function objectFilters(
  object: TrendObject,
  saved: (id: string) => readonly Filter[] | undefined,
): Filter[] | undefined {
  const filters: Filter[] = [];
  for (const [attribute, value] of Object.entries(object)) {
    if (attribute === "filter") {
      const found = saved(value);
      if (!found) return undefined;
      filters.push(...found);
      continue;
    }
    const dimension = attribute.startsWith("tag:")
      ? tagDimension(attribute.slice(4), false)
      : dimensions[attribute];
    if (dimension === undefined) return undefined;
    filters.push({ dimension, exclude: false, values: [value] });
  }
  return filters;
}

/** Cost Analysis of an object over some days, in the event's currency where there are several. */
export function costsOf(
  event: Pick<TrendEvent, "object" | "measure" | "currency">,
  object: TrendObject,
  days: Span,
  several: boolean,
  saved: (id: string) => readonly Filter[] | undefined,
): AnalysisState | undefined {
  const filters = objectFilters({ ...event.object, ...object }, saved);
  if (!filters) return undefined;
  return {
    ...initialState,
    tab: "usage-type-group",
    range: days,
    view: "day",
    filters: [
      ...filters,
      ...(event.measure === "usage" ? [usageFilter] : []),
      ...(several ? [{ dimension: "currency", exclude: false, values: [event.currency] }] : []),
    ],
  };
}

/** Filters of a saved report, from its address. */
export function savedFilters(address: string | undefined): readonly Filter[] | undefined {
  return address === undefined ? undefined : readState(parseSearch(address)).filters;
}
