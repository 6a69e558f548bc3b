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

/** The keys of a row of subsets, by identifier. */
function keysById(text: string, offer: Offer): string {
  const keys = parseFilter(`subset=${text}`);
  const next = keys && filterById(keys, offer);
  return next && next !== keys ? joinList(next.values) : text;
}

/** The name of a row of subsets, by identifier. */
function rowById(row: string, offer: Offer): string {
  return row.startsWith("row:") ? `row:${keysById(row.slice(4), offer)}` : row;
}

/** The figure of a row of subsets, by identifier. */
function explainedById(explain: AnalysisState["explain"], offer: Offer): AnalysisState["explain"] {
  if (explain === undefined || typeof explain.target === "string") return explain;
  const row = keysById(explain.target.row, offer);
  return row === explain.target.row ? explain : { ...explain, target: { row } };
}

type Referring = Pick<AnalysisState, "explain" | "filters" | "hidden" | "tab">;

/** Old addresses name subsets and virtual tags: what of a state refers to them by identifier, which a rename leaves alone.
 *  Undefined: all does already. */
export function byId(
  { explain, filters, hidden, tab }: Referring,
  offer: Offer | undefined,
): Pick<Referring, "explain" | "filters" | "hidden"> | undefined {
  if (offer === undefined) return undefined;
  const next = filters.map((filter) => filterById(filter, offer));
  const rows = tab === "subset" ? hidden.map((row) => rowById(row, offer)) : hidden;
  const explained = tab === "subset" ? explainedById(explain, offer) : explain;
  const changed =
    explained !== explain ||
    next.some((filter, at) => filter !== filters[at]) ||
    rows.some((row, at) => row !== hidden[at]);
  if (!changed) return undefined;
  return { explain: explained, filters: next.reduce<Filter[]>(withFilter, []), hidden: rows };
}
