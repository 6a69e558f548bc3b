import type { View } from "../address/range";
import type { Costs } from "../api/types";
import { approximate, sumDecimals } from "../lib/decimal";
import { bucketLabel, bucketTitle } from "./labels";

export interface Series {
  id: string;
  key: string;
  label: string;
  other: boolean;
  /** Place in the palette; stays when others are hidden. */
  color: number;
  hidden: boolean;
  total: string;
  figures: readonly string[];
  heights: readonly number[];
}

export interface ChartData {
  starts: readonly string[];
  categories: readonly string[];
  titles: readonly string[];
  series: readonly Series[];
  /** Exact sum of the visible series, a bucket each. */
  visibleTotals: readonly string[];
}

type Row = Pick<Costs["rows"][number], "keys" | "labels" | "other">;

/** The name of a row in the address; a value that is called "other" is not the rest. */
export function rowId(row: Row): string {
  return row.other ? "other" : `row:${row.keys[0] ?? ""}`;
}

/** What a value is called on the page; the empty value has a name by its dimension. */
export function rowLabel(row: Row, dimension: string): string {
  if (row.other) return "Other";
  return valueLabel(row.keys[0] ?? "", row.labels[0], dimension);
}

export function valueLabel(value: string, label: string | undefined, dimension: string): string {
  if (value === "") return label || (dimension.startsWith("tag:") ? "Untagged" : "None");
  return label || value;
}

/** Shapes an answer of the API for the chart: exact texts for words, doubles for pixels alone. */
export function chartData(costs: Costs, dimension: string, hidden: readonly string[]): ChartData {
  const view = costs.view as View;
  const gone = new Set(hidden);
  const series = costs.rows.map((row, index) => ({
    id: rowId(row),
    key: row.keys[0] ?? "",
    label: rowLabel(row, dimension),
    other: row.other,
    color: index,
    hidden: gone.has(rowId(row)),
    total: row.total,
    figures: row.figures,
    heights: row.figures.map(approximate),
  }));
  const visible = series.filter((one) => !one.hidden);
  return {
    starts: costs.periods,
    categories: costs.periods.map((start) => bucketLabel(start, view)),
    titles: costs.periods.map((start) => bucketTitle(start, view)),
    series,
    visibleTotals: costs.periods.map((_, at) => sumDecimals(visible.map((one) => one.figures[at] ?? "0"))),
  };
}

/** The rows of a bucket's tooltip: largest first, zeros left out, the tail summed up. */
export function tooltipRows(data: ChartData, at: number, limit: number) {
  const rows = data.series
    .filter((one) => !one.hidden && (one.heights[at] ?? 0) !== 0)
    .sort((a, b) => Math.abs(b.heights[at] ?? 0) - Math.abs(a.heights[at] ?? 0));
  const rest = rows.length > limit ? rows.slice(limit - 1) : [];
  return {
    rows: rest.length ? rows.slice(0, limit - 1) : rows,
    rest: rest.length
      ? { count: rest.length, figure: sumDecimals(rest.map((one) => one.figures[at] ?? "0")) }
      : undefined,
  };
}
