import { isDay } from "../lib/dates";
import { type Compare, compareText, readCompare } from "./compare";
import { type ExplainState, readExplain, writeExplain } from "./explain";
import { type Filter, filterText, parseFilter, withFilter, withKeys } from "./filter";
import { isMetric, type Metric } from "./metric";
import { defaultView, isPreset, type Span, type TimeRange, type View, viewAllowed, views } from "./range";
import { all, one, type Search } from "./search";
import { brokenDownBy, isTab, mainTabs, type TabId, type TabNames, tabDimensions, tabOf } from "./tabs";

export type { Search };

/** All that the page shows, and nothing besides: the address is this, written down. */
export interface AnalysisState {
  tab: TabId;
  /** Keys of the tag tab; none is the one that a newcomer most likely wants. */
  tagKeys: string[];
  mergeCase: boolean;
  /** Name of the cost category tab's category; none is the first. */
  category: string | undefined;
  range: TimeRange;
  compare: Compare;
  view: View | undefined;
  metric: Metric;
  /** Shared costs are split by the organization's rules. */
  shared: boolean;
  /** The bills as they stood: a day, or an instant; undefined is now. */
  asOf: string | undefined;
  filters: Filter[];
  hidden: string[];
  search: string;
  /** All values in the table, not the largest twenty. */
  allRows: boolean;
  /** Bars in full, where the chart would cut the few that dwarf the others. */
  wholeBars: boolean;
  /** What figures are compared with stands in the chart, as a line. */
  comparedLine: boolean;
  sort: { column: string; descending: boolean } | undefined;
  explain: ExplainState | undefined;
}

export const initialState: AnalysisState = {
  tab: "account",
  tagKeys: [],
  mergeCase: false,
  category: undefined,
  range: { preset: "last-30-days" },
  compare: "previous",
  view: undefined,
  metric: "amortized",
  shared: false,
  asOf: undefined,
  filters: [],
  hidden: [],
  search: "",
  allRows: false,
  wholeBars: false,
  comparedLine: false,
  sort: undefined,
  explain: undefined,
};

/** What belongs to the rows of one breakdown and means nothing in another. */
export const freshRows = {
  hidden: [],
  search: "",
  allRows: false,
  sort: undefined,
  explain: undefined,
} satisfies Partial<AnalysisState>;

/** Tells a state from the words of an address, which have no objects in them. */
export function isAnalysisState(search: object): search is AnalysisState {
  return "range" in search && typeof search.range === "object";
}

function readRange(search: Search): TimeRange {
  const [time, from, to] = [one(search.time), one(search.from), one(search.to)];
  if (from && to && isDay(from) && isDay(to) && from < to) return { from, to };
  return isPreset(time) ? { preset: time } : initialState.range;
}

/** Reads an address; whatever is missing or makes no sense falls back to the page's start. */
export function readState(search: Search): AnalysisState {
  const tab = one(search.tab);
  const view = one(search.view);
  const metric = one(search.metric);
  const sort = one(search.sort);
  const filters = all(search.filter).flatMap((text) => parseFilter(text) ?? []);
  return {
    tab: isTab(tab) ? tab : initialState.tab,
    tagKeys: [...new Set(all(search.tag).filter(Boolean))],
    mergeCase: one(search.case) === "merged",
    category: one(search.category) || undefined,
    range: readRange(search),
    compare: readCompare(one(search.compare)),
    view: views.find((known) => known === view),
    metric: isMetric(metric) ? metric : initialState.metric,
    shared: one(search.shared) === "split",
    asOf: one(search.as_of) || undefined,
    filters: filters.reduce<Filter[]>(withFilter, []),
    hidden: all(search.hide),
    search: one(search.q) ?? "",
    allRows: one(search.rows) === "all",
    wholeBars: one(search.bars) === "whole",
    comparedLine: one(search.line) === "compared",
    sort: sort ? { column: sort.replace(/^-/, ""), descending: sort.startsWith("-") } : undefined,
    explain: readExplain(search),
  };
}

/** Writes an address; what is as at the start is left out, so that links stay short. */
export function writeState(state: AnalysisState): Search {
  const search: Search = {};
  if (state.tab !== initialState.tab) search.tab = state.tab;
  if (state.tagKeys.length) search.tag = state.tagKeys;
  if (state.mergeCase) search.case = "merged";
  if (state.category !== undefined) search.category = state.category;
  if ("from" in state.range) Object.assign(search, state.range);
  else if (state.range.preset !== "last-30-days") search.time = state.range.preset;
  if (state.compare !== "previous") search.compare = compareText(state.compare);
  if (state.view) search.view = state.view;
  if (state.metric !== initialState.metric) search.metric = state.metric;
  if (state.shared) search.shared = "split";
  if (state.asOf) search.as_of = state.asOf;
  if (state.filters.length) search.filter = state.filters.map(filterText);
  if (state.hidden.length) search.hide = state.hidden;
  if (state.allRows) search.rows = "all";
  if (state.wholeBars) search.bars = "whole";
  if (state.comparedLine) search.line = "compared";
  if (state.search) search.q = state.search;
  if (state.sort) search.sort = `${state.sort.descending ? "-" : ""}${state.sort.column}`;
  if (state.explain) Object.assign(search, writeExplain(state.explain));
  return search;
}

/** The same page for ever: the days that a named span means now, in place of its name. */
export function pinned(state: AnalysisState, { from, to }: Span): AnalysisState {
  return { ...state, range: { from, to } };
}

export function effectiveView(state: AnalysisState, span: Span): View {
  return state.view && viewAllowed(state.view, span) ? state.view : defaultView(span);
}

/** The page without filters: what is shown, and what is summed, stays. */
export function withoutFilters({
  tab,
  tagKeys,
  mergeCase,
  category,
  metric,
  shared,
  asOf,
  compare,
  comparedLine,
}: AnalysisState) {
  return { ...initialState, tab, tagKeys, mergeCase, category, metric, shared, asOf, compare, comparedLine };
}

/** The last of the walk: what every breakdown ends in. */
const finest = tabOf("resource");

/** The next breakdown of the walk that some filters have not narrowed to one value; undefined at its end. */
function nextTab(tab: TabId, filters: readonly Filter[], names: TabNames): TabId | undefined {
  const at = mainTabs.findIndex((one) => one.id === tab);
  const walk = [...mainTabs.slice(at + 1), ...mainTabs.slice(0, Math.max(at, 0)), finest];
  return walk.find((one) => !isPinned(one.id, filters, names))?.id;
}

/** Whether a filter looks at a dimension of a breakdown. A tag's may tell what cannot carry it apart. */
const isAbout = (filter: Filter, name: string) => brokenDownBy(filter.dimension) === brokenDownBy(name);

/** Whether filters leave no more than one value of a breakdown. */
function isPinned(tab: TabId, filters: readonly Filter[], names: TabNames): boolean {
  const pinned = (name: string) =>
    filters.some((f) => isAbout(f, name) && !f.exclude && f.values.length === 1);
  return tabDimensions(tab, names).every(pinned);
}

/** Where a click on a row leads: its values as filters, and the next breakdown that is not pinned yet. */
export function drillDown(state: AnalysisState, keys: readonly string[], names: TabNames): AnalysisState {
  const dimensions = tabDimensions(state.tab, names);
  if (dimensions.length === 0) return state;
  const filters = withKeys(state.filters, dimensions, keys);
  return { ...state, ...freshRows, filters, tab: nextTab(state.tab, filters, names) ?? state.tab };
}

/** A filter is set. One that leaves a single value of the breakdown leads to the next: a chart of one series says
 *  nothing. Whoever goes back to that breakdown stays there. */
export function narrowed(state: AnalysisState, filter: Filter, names: TabNames): Partial<AnalysisState> {
  const filters = withFilter(state.filters, filter);
  const about = tabDimensions(state.tab, names).some((name) => isAbout(filter, name));
  const next = about && isPinned(state.tab, filters, names) ? nextTab(state.tab, filters, names) : undefined;
  return next === undefined ? { filters, explain: undefined } : { ...freshRows, filters, tab: next };
}
