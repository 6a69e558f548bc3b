import { type Filter, filterText, parseFilter } from "../address/filter";
import { all, one, type Search } from "../address/search";
import { readSort, type Sort, sortText } from "../ui/sort";

type Text = string | string[];

/** What the address of this page says, as it is written. */
export type OptimizationSearch = {
  tab?: Text;
  filter?: Text;
  currency?: string;
  q?: Text;
  sort?: string;
  kind?: string;
  offer?: string;
  term?: string;
  payment?: string;
  days?: string;
  expires?: string;
  commitment?: string;
  of?: string;
  month?: string;
  rule?: string;
  show?: string;
};

export const tabs = [
  { id: "overview", label: "Compute overview" },
  { id: "containers", label: "Containers" },
  { id: "elastic", label: "Elastic applications" },
  { id: "reservations", label: "Reservations" },
  { id: "waste", label: "Waste" },
] as const;
export type OptimizationTab = (typeof tabs)[number]["id"];

export const offers = [
  { value: "joint", label: "Compute together" },
  { value: "compute", label: "Compute SP" },
  { value: "ec2", label: "EC2 Instance SP" },
  { value: "database", label: "Database SP" },
  { value: "sagemaker", label: "SageMaker SP" },
  { value: "reserved", label: "Reserved" },
  { value: "joint-database", label: "Databases together" },
] as const;
export type Offer = (typeof offers)[number]["value"];

export const terms = [
  { value: "1yr", label: "1 year" },
  { value: "3yr", label: "3 years" },
] as const;
export const payments = [
  { value: "no-upfront", label: "No upfront" },
  { value: "partial-upfront", label: "Partial upfront" },
  { value: "all-upfront", label: "All upfront" },
] as const;
export const lookBacks = [7, 30, 60, 90] as const;
export const expiries = [0, 30, 60, 90] as const;

/** How commitments to buy are looked for. */
export interface BuyState {
  offer: Offer;
  term: string;
  payment: string;
  days: number;
  /** What is owned and ends within so many days counts as gone. */
  expires: number;
  /** Per hour, in place of the recommended one. */
  commitment: string | undefined;
  /** The payer and plan that it is of. */
  of: string | undefined;
}

export interface OptimizationState extends BuyState {
  tab: OptimizationTab;
  accounts: Filter | undefined;
  currency: string | undefined;
  search: string;
  sort: Sort | undefined;
  /** Of workloads or of commitments. */
  kind: string | undefined;
  rule: number | undefined;
  /** Also what was dismissed, excluded or is over. */
  all: boolean;
  /** The month that is replayed. */
  month: string | undefined;
}

export const startState: OptimizationState = {
  tab: tabs[0].id,
  accounts: undefined,
  currency: undefined,
  search: "",
  sort: undefined,
  kind: undefined,
  rule: undefined,
  all: false,
  month: undefined,
  offer: "joint",
  term: "1yr",
  payment: "no-upfront",
  days: 30,
  expires: 0,
  commitment: undefined,
  of: undefined,
};

/** What belongs to the rows of one tab and means nothing in another. */
export const freshRows = {
  search: "",
  sort: undefined,
  kind: undefined,
  rule: undefined,
  all: false,
} satisfies Partial<OptimizationState>;

function among<T extends string | number>(text: string | undefined, known: readonly T[], start: T): T {
  return known.find((value) => String(value) === text) ?? start;
}

const values = <T extends { value: string }>(list: readonly T[]) => list.map((item) => item.value);

/** Commitments go by tenths of a cent. */
const commitmentText = /^\d{1,9}(\.\d{1,3})?$/;

/** Database savings plans are sold for a year without upfront alone. */
export function offered(state: Pick<BuyState, "offer" | "term" | "payment">) {
  return state.offer === "database"
    ? { term: "1yr", payment: "no-upfront" }
    : { term: state.term, payment: state.payment };
}

/** Reads an address; what is missing or makes no sense falls back to the page's start. */
export function readOptimization(search: Search): OptimizationState {
  const commitment = one(search.commitment);
  const sort = one(search.sort);
  const month = one(search.month);
  const filters = all(search.filter).flatMap((text) => parseFilter(text) ?? []);
  return {
    tab: among(
      one(search.tab),
      tabs.map((tab) => tab.id),
      startState.tab,
    ),
    accounts: filters.find((filter) => filter.dimension === "account_id" && !filter.exclude),
    currency: one(search.currency) || undefined,
    search: one(search.q) ?? "",
    sort: sort ? readSort(sort, { column: sort, descending: false }) : undefined,
    kind: one(search.kind) || undefined,
    rule: Number(one(search.rule)) || undefined,
    all: one(search.show) === "all",
    month: month && /^\d{4}-(0[1-9]|1[0-2])$/.test(month) ? month : undefined,
    offer: among(one(search.offer), values(offers), startState.offer) as Offer,
    term: among(one(search.term), values(terms), "1yr"),
    payment: among(one(search.payment), values(payments), "no-upfront"),
    days: among<number>(one(search.days), lookBacks, startState.days),
    expires: among<number>(one(search.expires), expiries, startState.expires),
    commitment: commitment && commitmentText.test(commitment) ? commitment : undefined,
    of: one(search.of) || undefined,
  };
}

/** Writes an address; what is as at the start is left out. */
export function writeOptimization(state: OptimizationState): OptimizationSearch {
  const own = (name: "tab" | "offer" | "term" | "payment") =>
    state[name] === startState[name] ? {} : { [name]: state[name] };
  return {
    ...own("tab"),
    ...(state.accounts && { filter: filterText(state.accounts) }),
    ...(state.currency && { currency: state.currency }),
    ...(state.search && { q: state.search }),
    ...(state.sort && { sort: sortText(state.sort) }),
    ...(state.kind && { kind: state.kind }),
    ...(state.rule && { rule: String(state.rule) }),
    ...(state.all && { show: "all" }),
    ...(state.month && { month: state.month }),
    ...own("offer"),
    ...own("term"),
    ...own("payment"),
    ...(state.days !== startState.days && { days: String(state.days) }),
    ...(state.expires !== startState.expires && { expires: String(state.expires) }),
    ...(state.commitment && { commitment: state.commitment }),
    ...(state.of && { of: state.of }),
  };
}
