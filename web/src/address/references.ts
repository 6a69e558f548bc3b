import type { Dimensions } from "../api/types";
import { type Filter, withFilter } from "./filter";
import { type Named, named } from "./tabs";

type Offer = Pick<Dimensions, "named_subsets" | "named_virtual_tags">;

const virtualTag = "virtual_tag:";
const none = new Set(["", "Unassigned"]);

function filterById(filter: Filter, offer: Offer): Filter {
  const idOf = (known: readonly Named[], reference: string) => named(known, reference)?.id;
  if (filter.dimension === "subset") {
    const ids = filter.values.map((value) => (none.has(value) ? "" : idOf(offer.named_subsets, value)));
    // A name that nobody knows stays: the server says so.
    const values = ids.filter((id) => id !== undefined);
    return values.length === ids.length ? { ...filter, dimension: "subset_id", values } : filter;
  }
  if (!filter.dimension.startsWith(virtualTag)) return filter;
  const reference = filter.dimension.slice(virtualTag.length);
  const id = idOf(offer.named_virtual_tags, reference);
  return id === undefined || id === reference ? filter : { ...filter, dimension: `${virtualTag}${id}` };
}

/** Old addresses name subsets and virtual tags: the filters that refer to them by identifier, which a rename leaves alone.
 *  Undefined: they do already. */
export function filtersById(filters: readonly Filter[], offer: Offer | undefined): Filter[] | undefined {
  const next = offer && filters.map((filter) => filterById(filter, offer));
  if (!next?.some((filter, at) => filter !== filters[at])) return undefined;
  return next.reduce<Filter[]>(withFilter, []);
}
