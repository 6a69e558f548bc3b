import type { Compared } from "../api/types";
import { daysBetween } from "../lib/dates";

/** ", 31 days against 30": said where months differ, because it explains a part of the change. */
export function daysApart(previous: Compared): string {
  const now = daysBetween(previous.compared_from, previous.compared_to);
  const before = daysBetween(previous.from, previous.to);
  return now === before ? "" : `, ${now} days against ${before}`;
}
