import { isDay } from "../lib/dates";
import type { Span } from "./range";

/** What figures are compared with: the span before, the same days a year ago, or days of one's choice. */
export type Compare = "previous" | "year" | Span;

export const compareWords = {
  previous: "Span before",
  year: "Same days a year ago",
} as const;

/** As the API and the address write it: "previous", "year" or "2026-01-01..2026-02-01", the end exclusive. */
export function compareText(compare: Compare): string {
  return typeof compare === "string" ? compare : `${compare.from}..${compare.to}`;
}

export function readCompare(text: string | undefined): Compare {
  if (text === "year") return text;
  const [from = "", to = ""] = (text ?? "").split("..");
  return isDay(from) && isDay(to) && from < to ? { from, to } : "previous";
}
