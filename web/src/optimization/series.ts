import { formatMoney } from "../lib/money";
import { hoursText, rateText } from "./words";

/** What the figures of a chart count. */
export type Unit = { money: string } | "rate" | "hours";

export interface TimeSeries {
  id: string;
  label: string;
  form: "bar" | "line";
  /** Place in the palette. */
  color: number;
  /** Exact figures, a period each; null where there is none. */
  figures: readonly (string | null)[];
  dashed?: boolean;
}

export interface TimeData {
  /** Of each period, short for the axis. */
  labels: readonly string[];
  /** The same in full, with what there is to say of it. */
  titles: readonly string[];
  /** Periods that are not whole, or not yet: they stand paler. */
  pale: readonly boolean[];
  series: readonly TimeSeries[];
  unit: Unit;
}

export function figureText(figure: string | null, unit: Unit): string {
  if (figure === null) return "–";
  if (unit === "rate") return rateText(figure);
  return unit === "hours" ? hoursText(figure) : formatMoney(figure, unit.money);
}

/** Each period in words, for those who do not see the picture. */
export function spokenPeriods({ titles, series, unit }: TimeData): string[] {
  return titles.map((title, at) =>
    [
      title,
      ...series
        .filter((one) => one.figures[at] != null && Number(one.figures[at]) !== 0)
        .map((one) => `${one.label} ${figureText(one.figures[at] ?? null, unit)}`),
    ].join(", "),
  );
}

/** Whether anything would be drawn. */
export function isEmpty({ series }: TimeData): boolean {
  return series.every((one) => one.figures.every((figure) => figure === null || Number(figure) === 0));
}
