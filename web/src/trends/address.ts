import { type Filter, filterText, parseFilter } from "../address/filter";
import { isPreset, type Span, type TimeRange } from "../address/range";
import { all, one, type Search } from "../address/search";
import { filterDimension } from "../filters/dimensions";
import { isDay } from "../lib/dates";
import { readSort, type Sort, sortText } from "../ui/sort";
import type { EventsQuery } from "./queries";

type Text = string | string[];

/** What the addresses of these pages say, as it is written. */
export type TrendSearch = {
  status?: Text;
  q?: Text;
  direction?: Text;
  kind?: Text;
  severity?: Text;
  account?: Text;
  definition?: Text;
  filter?: Text;
  hide?: Text;
  time?: string;
  from?: string;
  to?: string;
  currency?: string;
  sort?: string;
  page?: string;
  day?: string;
  by?: string;
  recorded?: string;
};

export const accountDimension = filterDimension("account_id");

/** Events on a page of the list. */
export const pageSize = 20;

/** The newest first, and of a day the severest. */
export const newestFirst: Sort = { column: "raised_on", descending: true };

/** All that the page of top trends shows. */
export interface TopState {
  range: TimeRange;
  /** Of accounts alone. */
  accounts: Filter | undefined;
  currency: string | undefined;
  hidden: string[];
  /** Also what was only recorded: nobody is told of it. */
  recorded: boolean;
  sort: Sort;
  page: number;
}

const startRange: TimeRange = { preset: "last-30-days" };

function readDays(search: Search): Span | undefined {
  const [from, to] = [one(search.from), one(search.to)];
  return from && to && isDay(from) && isDay(to) && from < to ? { from, to } : undefined;
}

function readPage(search: Search): number {
  const page = Number(one(search.page));
  return Number.isSafeInteger(page) && page > 1 ? page : 1;
}

/** Reads an address; what is missing or makes no sense falls back to the page's start. */
export function readTop(search: Search): TopState {
  const time = one(search.time);
  const filters = all(search.filter).flatMap((text) => parseFilter(text) ?? []);
  return {
    range: readDays(search) ?? (isPreset(time) ? { preset: time } : startRange),
    accounts: filters.find((filter) => filter.dimension === "account_id" && !filter.exclude),
    currency: one(search.currency) || undefined,
    hidden: all(search.hide),
    recorded: one(search.recorded) === "all",
    sort: readSort(one(search.sort), newestFirst),
    page: readPage(search),
  };
}

const sortOf = (sort: Sort): { sort?: string } => {
  const text = sortText(sort);
  return text === sortText(newestFirst) ? {} : { sort: text };
};

/** Writes an address; what is as at the start is left out. */
export function writeTop(state: TopState): TrendSearch {
  return {
    ...("from" in state.range
      ? state.range
      : state.range.preset !== "last-30-days" && { time: state.range.preset }),
    ...(state.accounts && { filter: filterText(state.accounts) }),
    ...(state.currency && { currency: state.currency }),
    ...(state.hidden.length > 0 && { hide: state.hidden }),
    ...(state.recorded && { recorded: "all" }),
    ...sortOf(state.sort),
    ...(state.page > 1 && { page: String(state.page) }),
  };
}

export const statuses = [
  { value: "active", label: "Active" },
  { value: "archived", label: "Archived" },
  { value: "withdrawn", label: "Withdrawn" },
  { value: "all", label: "All" },
] as const;
export type StatusChoice = (typeof statuses)[number]["value"];

/** All that the list of events shows. */
export interface ListState {
  status: StatusChoice;
  search: string;
  direction: string | undefined;
  kinds: string[];
  severities: string[];
  accounts: string[];
  definitions: string[];
  days: Span | undefined;
  currency: string | undefined;
  /** Also what was only recorded: nobody is told of it. */
  recorded: boolean;
  sort: Sort;
  page: number;
}

/** The list with nothing but its start narrowed. */
export const startList: ListState = {
  status: "active",
  search: "",
  direction: undefined,
  kinds: [],
  severities: [],
  accounts: [],
  definitions: [],
  days: undefined,
  currency: undefined,
  recorded: false,
  sort: newestFirst,
  page: 1,
};

export function readList(search: Search): ListState {
  const direction = one(search.direction);
  return {
    status: statuses.find((known) => known.value === one(search.status))?.value ?? "active",
    search: one(search.q) ?? "",
    direction: direction === "increase" || direction === "decrease" ? direction : undefined,
    kinds: all(search.kind),
    severities: all(search.severity),
    accounts: all(search.account),
    definitions: all(search.definition),
    days: readDays(search),
    currency: one(search.currency) || undefined,
    recorded: one(search.recorded) === "all",
    sort: readSort(one(search.sort), newestFirst),
    page: readPage(search),
  };
}

export function writeList(state: ListState): TrendSearch {
  return {
    ...(state.status !== "active" && { status: state.status }),
    ...(state.search && { q: state.search }),
    ...(state.direction && { direction: state.direction }),
    ...(state.kinds.length > 0 && { kind: state.kinds }),
    ...(state.severities.length > 0 && { severity: state.severities }),
    ...(state.accounts.length > 0 && { account: state.accounts }),
    ...(state.definitions.length > 0 && { definition: state.definitions }),
    ...(state.days && { ...state.days }),
    ...(state.currency && { currency: state.currency }),
    ...(state.recorded && { recorded: "all" }),
    ...sortOf(state.sort),
    ...(state.page > 1 && { page: String(state.page) }),
  };
}

/** Whether anything but the status narrows the list. */
export function isNarrowed(state: ListState): boolean {
  const { status: _, sort: __, page: ___, currency: ____, recorded: _____, ...narrowing } = state;
  return Object.values(narrowing).some((one) => (Array.isArray(one) ? one.length > 0 : Boolean(one)));
}

/** What the list asks for. What is only recorded is shown where it is asked for, by the name of a definition too; what somebody
 *  archived was looked at, whatever saw it. */
export function listQuery(state: ListState): EventsQuery {
  const every = state.recorded || state.status === "archived" || state.definitions.length > 0;
  return {
    status: state.status,
    ...(state.direction && { direction: state.direction }),
    ...(state.kinds.length > 0 && { kind: state.kinds }),
    ...(state.severities.length > 0 && { severity: state.severities }),
    ...(state.accounts.length > 0 && { account: state.accounts }),
    ...(state.definitions.length > 0 && { definition: state.definitions }),
    ...(!every && { recorded: false }),
    ...(state.search.trim() && { search: state.search.trim() }),
    ...(state.days && { ...state.days }),
    ...(state.currency && { currency: state.currency }),
    sort: state.sort.column,
    order: state.sort.descending ? "desc" : "asc",
    limit: pageSize,
    offset: (state.page - 1) * pageSize,
  };
}
