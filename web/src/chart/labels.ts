import type { View } from "../address/range";
import { dayLabel, monthLabel } from "../lib/dates";

/** A bucket's start as a column head: "6 Oct", "Oct 2026", "6 Oct 14:00". */
export function bucketLabel(start: string, view: View): string {
  const day = start.slice(0, 10);
  if (view === "month") return monthLabel(day);
  const short = dayLabel(day).slice(0, -5);
  if (view === "hour") return `${short} ${start.length > 10 ? start.slice(11, 16) : "00:00"}`;
  return short;
}

/** The same in full, for tooltips and titles. */
export function bucketTitle(start: string, view: View): string {
  const day = start.slice(0, 10);
  if (view === "month") return monthLabel(day);
  if (view === "hour") return `${dayLabel(day)}, ${start.length > 10 ? start.slice(11, 16) : "00:00"} UTC`;
  return view === "week" ? `Week of ${dayLabel(day)}` : dayLabel(day);
}
