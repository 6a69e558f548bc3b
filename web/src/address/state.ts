import { isDay } from "../lib/dates";
import { type Filter, filterText, parseFilter, withFilter } from "./filter";
import { defaultView, isPreset, type Span, type TimeRange, type View, viewAllowed, views } from "./range";
import { isTab, type TabId, tabDimension, tabs } from "./tabs";

export type Metric = "amortized" | "unblended";
export type ExplainTarget = { row: string } | "other" | "total";

/** All that the page shows, and nothing besides: the address is this, written down. */
export interface AnalysisState {
  tab: TabId;
  tagKey: string | undefined;
  range: TimeRange;
  view: View | undefined;
  metric: Metric;
  filters: Filter[];
  hidden: string[];
  search: string;
  /** All values in the table, not the largest twenty. */
  allRows: boolean;
  /** Bars in full, where the chart would cut the few that dwarf the others. */
  wholeBars: boolean;
  sort: { column: string; descending: boolean } | undefined;
  explain: { target: ExplainTarget; at: string | undefined; page: number } | undefined;
}

/** Query parameters of the address: text, or a list where a name repeats. */
export type Search = Record<string, string | string[]>;

export const initialState: AnalysisState = {
  tab: "account",
  tagKey: undefined,
  range: { preset: "last-30-days" },
  view: undefined,
  metric: "amortized",
  filters: [],
  hidden: [],
  search: "",
  allRows: false,
  wholeBars: false,
  sort: undefined,
  explain: undefined,
};

/** Tells a state from the words of an address, which have no objects in them. */
export function isAnalysisState(search: object): search is AnalysisState {
  return "range" in search && typeof search.range === "object";
}

const one = (value: string | string[] | undefined) => (Array.isArray(value) ? value[0] : value);
const all = (value: string | string[] | undefined) =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

function readRange(search: Search): TimeRange {
  const [time, from, to] = [one(search.time), one(search.from), one(search.to)];
  if (from && to && isDay(from) && isDay(to) && from < to) return { from, to };
  return isPreset(time) ? { preset: time } : initialState.range;
}

function readExplain(search: Search): AnalysisState["explain"] {
  const text = one(search.explain);
  if (text === undefined) return undefined;
  const target: ExplainTarget | undefined =
    text === "other" || text === "total"
      ? text
      : text.startsWith("row:")
        ? { row: text.slice(4) }
        : undefined;
  const page = Number(one(search.page) ?? 1);
  return target && { target, at: one(search.at), page: Number.isInteger(page) && page > 0 ? page : 1 };
}

/** Reads an address; whatever is missing or makes no sense falls back to the page's start. */
export function readState(search: Search): AnalysisState {
  const tab = one(search.tab);
  const view = one(search.view);
  const sort = one(search.sort);
  const filters = all(search.filter).flatMap((text) => parseFilter(text) ?? []);
  return {
    tab: isTab(tab) ? tab : "account",
    tagKey: one(search.tag),
    range: readRange(search),
    view: views.find((known) => known === view),
    metric: one(search.metric) === "unblended" ? "unblended" : "amortized",
    filters: filters.reduce<Filter[]>(withFilter, []),
    hidden: all(search.hide),
    search: one(search.q) ?? "",
    allRows: one(search.rows) === "all",
    wholeBars: one(search.bars) === "whole",
    sort: sort ? { column: sort.replace(/^-/, ""), descending: sort.startsWith("-") } : undefined,
    explain: readExplain(search),
  };
}

/** Writes an address; what is as at the start is left out, so that links stay short. */
export function writeState(state: AnalysisState): Search {
  const search: Search = {};
  if (state.tab !== initialState.tab) search.tab = state.tab;
  if (state.tagKey !== undefined) search.tag = state.tagKey;
  if ("from" in state.range) Object.assign(search, state.range);
  else if (state.range.preset !== "last-30-days") search.time = state.range.preset;
  if (state.view) search.view = state.view;
  if (state.metric !== "amortized") search.metric = state.metric;
  if (state.filters.length) search.filter = state.filters.map(filterText);
  if (state.hidden.length) search.hide = state.hidden;
  if (state.allRows) search.rows = "all";
  if (state.wholeBars) search.bars = "whole";
  if (state.search) search.q = state.search;
  if (state.sort) search.sort = `${state.sort.descending ? "-" : ""}${state.sort.column}`;
  if (state.explain) {
    const { target, at, page } = state.explain;
    search.explain = typeof target === "string" ? target : `row:${target.row}`;
    if (at) search.at = at;
    if (page > 1) search.page = String(page);
  }
  return search;
}

export function effectiveView(state: AnalysisState, span: Span): View {
  return state.view && viewAllowed(state.view, span) ? state.view : defaultView(span);
}

/** Where a click on a value leads: that value as a filter, and the next breakdown that is not pinned yet. */
export function drillDown(state: AnalysisState, value: string, tagKey: string | undefined): AnalysisState {
  const dimension = tabDimension(state.tab, tagKey);
  if (dimension === undefined) return state;
  const filters = withFilter(state.filters, { dimension, exclude: false, values: [value] });
  const pinned = (name: string | undefined) =>
    name === undefined || filters.some((f) => f.dimension === name && !f.exclude && f.values.length === 1);
  const at = tabs.findIndex((tab) => tab.id === state.tab);
  const order = [...tabs.slice(at + 1), ...tabs.slice(0, at)];
  const next = order.find((tab) => !pinned(tabDimension(tab.id, tagKey)));
  return {
    ...state,
    filters,
    tab: next?.id ?? state.tab,
    hidden: [],
    search: "",
    allRows: false,
    sort: undefined,
    explain: undefined,
  };
}
