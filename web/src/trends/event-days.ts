import { dayLabel } from "../lib/dates";
import { formatMoney } from "../lib/money";
import type { TrendDay, TrendEvent } from "./types";

/** First and last day of an event. */
export type EventSpan = Pick<TrendEvent, "first_day" | "last_day">;

/** Whether a day is one of the event's. */
export function isOfEvent(day: string, event: EventSpan): boolean {
  return event.first_day <= day && day <= event.last_day;
}

/** A day in words: for tooltips, and for those who hear the chart. */
export function dayLines(day: TrendDay, event: EventSpan, currency: string): string[] {
  return [
    `Cost ${formatMoney(day.cost, currency)}${day.whole ? "" : ", not complete yet"}`,
    ...(day.watched === null ? [] : [`All of what it is a part of ${formatMoney(day.watched, currency)}`]),
    ...(day.expected === null ? [] : [`Expected ${formatMoney(day.expected, currency)}`]),
    ...(day.low === null || day.high === null
      ? []
      : [`Regular ${formatMoney(day.low, currency)} to ${formatMoney(day.high, currency)}`]),
    ...(isOfEvent(day.day, event) ? ["Day of the event"] : []),
  ];
}

export function daySpoken(day: TrendDay, event: EventSpan, currency: string): string {
  return [dayLabel(day.day), ...dayLines(day, event, currency)].join(", ");
}
