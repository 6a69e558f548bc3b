import type { Filter } from "../address/filter";
import { parseSearch } from "../address/path-builder";
import type { Span } from "../address/range";
import { type AnalysisState, initialState, readState } from "../address/state";
import { tagDimension } from "../address/tabs";
import type { TrendEvent, TrendObject } from "./types";

/** Rows that are usage: what trends are about, and nothing that a credit or a fee could move. What others sell is usage where
 *  it is metered. */
export const usageFilters: readonly Filter[] = [
  {
    dimension: "charge_type",
    exclude: false,
    values: ["On-demand usage", "Spot usage", "Reserved usage", "Savings-plan usage", "Marketplace"],
  },
  {
    dimension: "line_item_type",
    exclude: false,
    values: ["Usage", "DiscountedUsage", "SavingsPlanCoveredUsage"],
  },
];

/** What costs call the attributes of an object. */
const dimensions: Record<string, string> = {
  account: "account_id",
  usage_type: "usage_type",
  region: "region",
  operation: "operation",
  resource: "resource_id",
  subset: "subset_id",
  connection: "connection",
};

/** Services are told by their codes, and by their names in bills that have no codes: then a service is called by what it is told by. */
const serviceDimension = (told: string, name: string | null) => (told === name ? "service" : "product_code");

/** Filters that keep the rows of an object. `service` is what its service is called; `saved` are the filters of a saved report,
 *  by its identifier. Undefined where the object cannot be told by filters (any more). */
export function objectFilters(
  object: TrendObject,
  service: string | null,
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
      : attribute === "service"
        ? serviceDimension(value, service)
        : dimensions[attribute];
    if (dimension === undefined) return undefined;
    filters.push({ dimension, exclude: false, values: [value] });
  }
  return filters;
}

/** Cost Analysis of an object over some days, in the event's currency where there are several. */
export function costsOf(
  event: Pick<TrendEvent, "object" | "measure" | "currency" | "service">,
  object: TrendObject,
  days: Span,
  several: boolean,
  saved: (id: string) => readonly Filter[] | undefined,
): AnalysisState | undefined {
  const filters = objectFilters({ ...event.object, ...object }, event.service, saved);
  if (!filters) return undefined;
  return {
    ...initialState,
    tab: "usage-type-group",
    range: days,
    view: "day",
    filters: [
      ...filters,
      ...(event.measure === "usage" ? usageFilters : []),
      ...(several ? [{ dimension: "currency", exclude: false, values: [event.currency] }] : []),
    ],
  };
}

/** Filters of a saved report, from its address. */
export function savedFilters(address: string | undefined): readonly Filter[] | undefined {
  return address === undefined ? undefined : readState(parseSearch(address)).filters;
}
