import { one, type Search } from "./search";

/** A figure of the summary, which stands outside the selection. */
const cards = ["card:month-to-date", "card:missed-savings"] as const;
export type CardTarget = (typeof cards)[number];

/** What a figure belongs to: a row by the text of its keys, the rest, the total, or a card. */
export type ExplainTarget = { row: string } | "other" | "total" | CardTarget;

/** Orders of the line items, as the API names them. */
const columns = ["figure", "time", "account", "service", "usage_type", "resource", "usage_amount"] as const;
export type LineColumn = (typeof columns)[number];
export interface LineOrder {
  column: LineColumn;
  descending: boolean;
}

/** The figure that is explained, and how the rows behind it are listed. */
export interface ExplainState {
  target: ExplainTarget;
  at: string | undefined;
  /** Of a figure with shared costs split: the part whose rows are listed; else the largest. */
  part: string | undefined;
  page: number;
  order: LineOrder;
}

export const largestFirst: LineOrder = { column: "figure", descending: true };

export function isCard(target: ExplainTarget): target is CardTarget {
  return cards.some((card) => card === target);
}

export function explainOf(target: ExplainTarget, at?: string): ExplainState {
  return { target, at, part: undefined, page: 1, order: largestFirst };
}

function readTarget(text: string): ExplainTarget | undefined {
  if (text === "other" || text === "total") return text;
  if (text.startsWith("row:")) return { row: text.slice(4) };
  return cards.find((card) => card === text);
}

export function readOrder(text: string | undefined): LineOrder {
  const column = columns.find((known) => known === text?.replace(/^-/, ""));
  return column ? { column, descending: text?.startsWith("-") ?? false } : largestFirst;
}

export function readExplain(search: Search): ExplainState | undefined {
  const target = readTarget(one(search.explain) ?? "");
  const page = Number(one(search.page) ?? 1);
  return (
    target && {
      target,
      at: one(search.at),
      part: one(search.part),
      page: Number.isInteger(page) && page > 0 ? page : 1,
      order: readOrder(one(search.lines)),
    }
  );
}

export function writeExplain({ target, at, part, page, order }: ExplainState): Search {
  const sorted = order.column !== largestFirst.column || !order.descending;
  return {
    explain: typeof target === "string" ? target : `row:${target.row}`,
    ...(at && { at }),
    ...(part && { part }),
    ...(page > 1 && { page: String(page) }),
    ...(sorted && { lines: `${order.descending ? "-" : ""}${order.column}` }),
  };
}
