import { keysText } from "../address/list";
import { partOf, type View } from "../address/range";
import type { Costs } from "../api/types";
import { approximate, sumDecimals } from "../lib/decimal";
import type { ComparedBar } from "./compared";
import { bucketLabel, bucketTitle } from "./labels";

export interface Series {
  id: string;
  keys: readonly string[];
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
  /** Whether each bucket holds all of its days. */
  whole: readonly boolean[];
  series: readonly Series[];
  /** Exact sum of the visible series, a bucket each. */
  visibleTotals: readonly string[];
  /** What stands beside each bucket, where the compared span is shown. */
  compared?: readonly (ComparedBar | undefined)[];
}

type Row = Pick<Costs["rows"][number], "keys" | "labels" | "other">;

/** The name of a row in the address; a value that is called "other" is not the rest. */
export function rowId(row: Row): string {
  return row.other ? "other" : `row:${keysText(row.keys)}`;
}

/** What a row is called on the page: its values, one a dimension. */
export function rowLabel(row: Row, dimensions: readonly string[]): string {
  if (row.other) return "Other";
  return row.keys.map((key, at) => valueLabel(key, row.labels[at], dimensions[at] ?? "")).join(" / ");
}

/** Words for rows without a value, by the kind of dimension. */
const noValue: Record<string, string> = {
  tag: "Untagged",
  merged_tag: "Untagged",
  carried_tag: "Untagged",
  carried_merged_tag: "Untagged",
  cost_category: "Uncategorized",
  virtual_tag: "No match",
  subset: "Unassigned",
  subset_id: "Unassigned",
  organizational_unit: "No organizational unit",
  provider: "Unknown",
};

export function valueLabel(value: string, label: string | undefined, dimension: string): string {
  return label || value || (noValue[dimension.split(":", 1)[0] ?? ""] ?? "None");
}

/** Shapes an answer of the API for the chart: exact texts for words, doubles for pixels alone. */
export function chartData(
  costs: Costs,
  dimensions: readonly string[],
  hidden: readonly string[],
  completeTo?: string,
): ChartData {
  const view = costs.view as View;
  const gone = new Set(hidden);
  const series = costs.rows.map((row, index) => ({
    id: rowId(row),
    keys: row.keys,
    label: rowLabel(row, dimensions),
    other: row.other,
    color: index,
    hidden: gone.has(rowId(row)),
    total: row.total,
    figures: row.figures,
    heights: row.figures.map(approximate),
  }));
  const visible = series.filter((one) => !one.hidden);
  const parts = costs.periods.map((start) => partOf(start, view, costs, completeTo));
  return {
    starts: costs.periods,
    categories: costs.periods.map((start, at) => bucketLabel(start, view) + (parts[at] ? "*" : "")),
    titles: costs.periods.map((start, at) =>
      [bucketTitle(start, view), parts[at]].filter((text) => text !== undefined).join(", "),
    ),
    whole: parts.map((part) => part === undefined),
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
