import { partOf, type View } from "../address/range";
import type { Costs } from "../api/types";
import { rowId, rowLabel, valueLabel } from "../chart/data";
import { bucketLabel, bucketTitle } from "../chart/labels";
import type { Change } from "../lib/change";
import { compareDecimals } from "../lib/decimal";

export interface PivotRow {
  id: string;
  keys: readonly string[];
  /** Words for each key. */
  values: readonly string[];
  label: string;
  /** The keys where they say more than the label, such as an account's number. */
  detail: string | undefined;
  other: boolean;
  figures: readonly string[];
  total: string;
  /** Against the compared span; undefined where nothing is compared. */
  change: Change | undefined;
}

export function pivotRows(costs: Costs, dimensions: readonly string[]): PivotRow[] {
  return costs.rows.map((row) => {
    // A number that people know stands beside its name; the identifier of a subset is nobody's to read.
    const told = row.keys.filter(
      (key, at) => key !== "" && dimensions[at] !== "subset_id" && key !== (row.labels[at] || key),
    );
    return {
      id: rowId(row),
      keys: row.keys,
      values: row.keys.map((key, at) => valueLabel(key, row.labels[at], dimensions[at] ?? "")),
      label: rowLabel(row, dimensions),
      detail: row.other || told.length === 0 ? undefined : told.join(" / "),
      other: row.other,
      figures: row.figures,
      total: row.total,
      change: row.change ?? undefined,
    };
  });
}

export interface PivotColumn {
  start: string;
  label: string;
  title: string;
  /** Why it does not hold all of its days. */
  part: string | undefined;
}

export function pivotColumns(costs: Costs, completeTo?: string): PivotColumn[] {
  const view = costs.view as View;
  return costs.periods.map((start) => {
    const part = partOf(start, view, costs, completeTo);
    const title = bucketTitle(start, view);
    return {
      start,
      label: bucketLabel(start, view),
      title: part === undefined ? title : `${title}, ${part}`,
      part,
    };
  });
}

export interface Sort {
  column: string;
  descending: boolean;
}
export const defaultSort: Sort = { column: "total", descending: true };

/** "New" is the largest increase there is; no comparison sorts lowest. */
function percentOrder(change: Change | undefined): number {
  if (change?.kind === "new") {
    return (change.amount ?? "").startsWith("-") ? -Number.MAX_VALUE : Number.POSITIVE_INFINITY;
  }
  if (change?.kind === "nothing") return 0;
  return change?.percent ?? Number.NEGATIVE_INFINITY;
}

function order(column: string, starts: readonly string[]): (a: PivotRow, b: PivotRow) => number {
  if (column === "name") return (a, b) => a.label.localeCompare(b.label, "en", { numeric: true });
  if (column === "change") {
    const size = (row: PivotRow) => percentOrder(row.change);
    return (a, b) => (size(a) === size(b) ? 0 : size(a) - size(b));
  }
  if (column === "difference") {
    // What is not known sorts lowest.
    return (a, b) => {
      const [one, other] = [a.change?.amount ?? null, b.change?.amount ?? null];
      if (one === null || other === null) return (one === null ? 0 : 1) - (other === null ? 0 : 1);
      return compareDecimals(one, other);
    };
  }
  const at = starts.indexOf(column);
  if (at < 0) return (a, b) => compareDecimals(a.total, b.total);
  return (a, b) => compareDecimals(a.figures[at] ?? "0", b.figures[at] ?? "0");
}

/** Rows that match the search, in order; the rest ("Other") is no value and stays last. */
export function arrange(
  rows: readonly PivotRow[],
  starts: readonly string[],
  sort: Sort,
  search: string,
): PivotRow[] {
  const wanted = search.trim().toLowerCase();
  const matching = wanted
    ? rows.filter((row) => !row.other && `${row.label}\n${row.detail ?? ""}`.toLowerCase().includes(wanted))
    : [...rows];
  const compare = order(sort.column, starts);
  const values = matching
    .filter((row) => !row.other)
    .sort((a, b) => (sort.descending ? compare(b, a) : compare(a, b)));
  return [...values, ...matching.filter((row) => row.other)];
}
