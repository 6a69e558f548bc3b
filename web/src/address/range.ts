import { addDays, type Day, dayLabel, daysBetween, monthStart } from "../lib/dates";

export const presets = {
  "last-7-days": "Last 7 days",
  "last-30-days": "Last 30 days",
  "last-90-days": "Last 90 days",
  "this-month": "This month",
  "last-month": "Last month",
  "this-quarter": "This quarter",
  "last-quarter": "Last quarter",
  "this-year": "This year",
  "last-year": "Last year",
  "last-6-months": "Last 6 months",
  "last-13-months": "Last 13 months",
} as const;
export type Preset = keyof typeof presets;

/** A named span, which moves with the data, or fixed days. */
export type TimeRange = { preset: Preset } | { from: Day; to: Day };
export interface Span {
  from: Day;
  to: Day;
}

export function isPreset(text: string | undefined): text is Preset {
  return text !== undefined && Object.hasOwn(presets, text);
}

/** The days that a range means, counted back from where the data ends (`dataTo`, exclusive). */
export function resolveRange(range: TimeRange, dataTo: Day): Span {
  if ("from" in range) return { from: range.from, to: range.to };
  const month = monthStart(addDays(dataTo, -1));
  switch (range.preset) {
    case "last-7-days":
      return { from: addDays(dataTo, -7), to: dataTo };
    case "last-30-days":
      return { from: addDays(dataTo, -30), to: dataTo };
    case "last-90-days":
      return { from: addDays(dataTo, -90), to: dataTo };
    case "this-month":
      return { from: month, to: dataTo };
    case "last-month":
      return { from: monthStart(month, -1), to: month };
    case "this-quarter":
      return { from: quarterStart(month), to: dataTo };
    case "last-quarter":
      return { from: monthStart(quarterStart(month), -3), to: quarterStart(month) };
    case "this-year":
      return { from: yearStart(month), to: dataTo };
    case "last-year":
      return { from: yearStart(month, -1), to: yearStart(month) };
    case "last-6-months":
      return { from: monthStart(month, -5), to: dataTo };
    case "last-13-months":
      return { from: monthStart(month, -12), to: dataTo };
  }
}

function quarterStart(month: Day): Day {
  return monthStart(month, -((Number(month.slice(5, 7)) - 1) % 3));
}

function yearStart(month: Day, years = 0): Day {
  return `${String(Number(month.slice(0, 4)) + years).padStart(4, "0")}-01-01`;
}

export const views = ["hour", "day", "week", "month"] as const;
export type View = (typeof views)[number];

/** Hours are kept for spans up to a week: more would be bars thinner than a pixel. */
export function viewAllowed(view: View, span: Span): boolean {
  return view !== "hour" || daysBetween(span.from, span.to) <= 7;
}

/** The view that gives a readable number of bars when the user did not choose one. */
export function defaultView(span: Span): View {
  const days = daysBetween(span.from, span.to);
  if (days <= 1) return "hour";
  if (days <= 45) return "day";
  return days <= 100 ? "week" : "month";
}

/** The end (exclusive) of the bucket that starts at `start`, clipped to the span. Hours stay ISO hours. */
export function bucketSpan(start: string, view: View, span: Span): Span {
  const day = start.slice(0, 10);
  if (view === "hour") {
    const hour = start.length > 10 ? new Date(start) : new Date(`${day}T00:00:00Z`);
    const iso = (time: number) => `${new Date(time).toISOString().slice(0, 13)}:00:00Z`;
    return { from: iso(hour.getTime()), to: iso(hour.getTime() + 3_600_000) };
  }
  const end = view === "day" ? addDays(day, 1) : view === "week" ? addDays(day, 7) : monthStart(day, 1);
  return { from: day < span.from ? span.from : day, to: end > span.to ? span.to : end };
}

/** Why a bucket does not hold all of its days, in words; undefined where it does. Days from `completeTo` on are not complete:
 *  the newest data reach into them. */
export function partOf(
  start: string,
  view: View,
  span: Span,
  completeTo: Day | undefined,
): string | undefined {
  if (view === "hour") return undefined;
  const day = start.slice(0, 10);
  const end = view === "day" ? addDays(day, 1) : view === "week" ? addDays(day, 7) : monthStart(day, 1);
  if (completeTo !== undefined && end > completeTo && span.to > completeTo) {
    return view === "day" ? "not complete yet" : `complete through ${dayLabel(addDays(completeTo, -1))}`;
  }
  if (day < span.from) return `from ${dayLabel(span.from)}`;
  return end > span.to ? `through ${dayLabel(addDays(span.to, -1))}` : undefined;
}
