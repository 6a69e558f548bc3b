import { daysBetween, monthLabel, monthStart } from "../lib/dates";
import { approximate } from "../lib/decimal";
import type { TrendBacktest } from "./types";

export interface MonthColumn {
  month: string;
  label: string;
  events: number;
}

export interface Dot {
  key: string;
  /** Place from the left and from the top, in percent of the picture. */
  x: number;
  y: number;
  increase: boolean;
  title: string;
}

export function monthColumns({ months }: Pick<TrendBacktest, "months">): MonthColumn[] {
  return months.map(({ month, events }) => ({ month, label: monthLabel(month).slice(0, 3), events }));
}

/** A dot an event: by its first day and, on a scale of tens, by what it was beyond. */
export function dots({ months, found }: Pick<TrendBacktest, "months" | "found">): Dot[] {
  const first = months[0]?.month;
  if (first === undefined) return [];
  const sizes = found.map((one) => Math.log10(Math.max(1, Math.abs(approximate(one.excess)))));
  const [least, most] = [Math.floor(Math.min(...sizes)), Math.max(...sizes)];
  const height = Math.max(1, most - least);
  return found.flatMap((one, at) => {
    const column = months.findIndex(({ month }) => one.first_day.startsWith(month));
    if (column < 0) return [];
    const start = monthStart(one.first_day);
    const into = daysBetween(start, one.first_day) / daysBetween(start, monthStart(start, 1));
    return [
      {
        key: `${one.words} ${one.first_day} ${one.direction}`,
        x: (100 * (column + into)) / months.length,
        y: 100 - (88 * ((sizes[at] ?? 0) - least)) / height - 6,
        increase: one.direction === "increase",
        title: one.words,
      },
    ];
  });
}
