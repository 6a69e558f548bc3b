import type { Subsets, Sums } from "../api/types";
import { monthLabel, spanLabel } from "../lib/dates";
import { compareDecimals } from "../lib/decimal";
import listClasses from "../ui/list-table.module.css";
import { Money } from "../ui/money";
import type { SortColumn } from "../ui/sort-table";

/** The months that the figures are of, and their currency. */
export type Terms = Pick<Subsets, "currency" | "last_month" | "month_to_date">;

export function periods({ last_month, month_to_date }: Terms) {
  // Without data there is no month to name.
  return {
    last: last_month ? monthLabel(last_month.from) : "",
    soFar: month_to_date ? spanLabel(month_to_date.from, month_to_date.to) : "",
    whole: month_to_date ? monthLabel(month_to_date.from) : "",
  };
}

/** Columns of figures, each under its period; charges only where somebody is charged. */
export function sumColumns(terms: Terms, charged: boolean): SortColumn[] {
  const { last, soFar, whole } = periods(terms);
  const number = (id: string, name: string, note: string): SortColumn => ({ id, name, note, kind: "number" });
  return [
    number("last", "Last month", last),
    ...(charged ? [number("last-charge", "Charge", last)] : []),
    number("month", "Month to date", soFar),
    ...(charged ? [number("month-charge", "Charge", soFar)] : []),
    number("expected", "Expected", whole),
  ];
}

/** No figure sorts below every other. */
function compare(a: string | null, b: string | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
  return compareDecimals(a, b);
}

export const sumOrders: Record<string, (a: { sums: Sums }, b: { sums: Sums }) => number> = {
  accounts: (a, b) => a.sums.accounts - b.sums.accounts,
  last: (a, b) => compare(a.sums.last_month, b.sums.last_month),
  "last-charge": (a, b) => compare(a.sums.charge_last_month, b.sums.charge_last_month),
  month: (a, b) => compare(a.sums.month_to_date, b.sums.month_to_date),
  "month-charge": (a, b) => compare(a.sums.charge_month_to_date, b.sums.charge_month_to_date),
  expected: (a, b) => compare(a.sums.expected, b.sums.expected),
};

/** The cells under `sumColumns`. */
export function SumCells({ sums, currency, charged }: { sums: Sums; currency: string; charged: boolean }) {
  const cell = (key: string, text: string | null, missing: string) => (
    <td key={key} className={listClasses.number}>
      <Money text={text} currency={currency} missing={missing} />
    </td>
  );
  const unruled = "No billing rules";
  return [
    cell("last", sums.last_month, ""),
    charged && cell("last-charge", sums.charge_last_month, unruled),
    cell("month", sums.month_to_date, ""),
    charged && cell("month-charge", sums.charge_month_to_date, unruled),
    cell("expected", sums.expected, "Too few days for a forecast"),
  ];
}
