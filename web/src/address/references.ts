import type { Dimensions } from "../api/types";
import { type Filter, parseFilter, withFilter } from "./filter";
import { joinList } from "./list";
import type { AnalysisState } from "./state";
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

/** The name of a row of subsets, by identifier. */
function rowById(row: string, offer: Offer): string {
  const keys = row.startsWith("row:") ? parseFilter(`subset=${row.slice(4)}`) : undefined;
  const next = keys && filterById(keys, offer);
  return next && next !== keys ? `row:${joinList(next.values)}` : row;
}

type Referring = Pick<AnalysisState, "filters" | "hidden" | "tab">;

/** Old addresses name subsets and virtual tags: what of a state refers to them by identifier, which a rename leaves alone.
 *  Undefined: all does already. */
export function byId(
  { filters, hidden, tab }: Referring,
  offer: Offer | undefined,
): Pick<Referring, "filters" | "hidden"> | undefined {
  if (offer === undefined) return undefined;
  const next = filters.map((filter) => filterById(filter, offer));
  const rows = tab === "subset" ? hidden.map((row) => rowById(row, offer)) : hidden;
  const changed =
    next.some((filter, at) => filter !== filters[at]) || rows.some((row, at) => row !== hidden[at]);
  return changed ? { filters: next.reduce<Filter[]>(withFilter, []), hidden: rows } : undefined;
}
