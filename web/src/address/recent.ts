import type { Overview } from "../api/types";
import { resolveRange, type Span } from "./range";

/** Day after the last with data; without any, today. */
export function dataEnd(overview: Overview): string {
  return overview.data_to ?? new Date().toISOString().slice(0, 10);
}

/** The last 30 days of data. */
export function recentSpan(overview: Overview): Span {
  return resolveRange({ preset: "last-30-days" }, dataEnd(overview));
}
