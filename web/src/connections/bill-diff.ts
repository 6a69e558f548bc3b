import { explainOf } from "../address/explain";
import { type AnalysisState, initialState } from "../address/state";
import type { TabId } from "../address/tabs";
import type { BillChange, ChangedSum } from "../api/types";
import { monthStart } from "../lib/dates";
import { approximate, sumDecimals } from "../lib/decimal";

/** Where a bill diff is shown. */
export interface DiffAddress {
  month: string | undefined;
  at: string | undefined;
  currency: string | undefined;
}

/** The address of one of a connection's bill diffs. */
export function diffAddress(change: BillChange): DiffAddress {
  return { month: change.period, at: change.changed_at, currency: change.currency };
}

/** The diff that an address names; the newest where it names none. */
export function diffAt(changes: readonly BillChange[], address: DiffAddress): BillChange | undefined {
  if (address.month === undefined) return changes[0];
  return changes.find(
    (one) =>
      one.period === address.month && one.changed_at === address.at && one.currency === address.currency,
  );
}

/** What money that comes back is called in a bill. */
const back = new Set(["Refund", "Credit"]);

/** What refunds and credits changed, apart from everything else. */
export function apart(sums: readonly ChangedSum[]): { back: string; rest: string } {
  const sum = (wanted: boolean) =>
    sumDecimals(sums.filter((one) => back.has(one.key) === wanted).map((one) => one.change));
  return { back: sum(true), rest: sum(false) };
}

/** Length of a change's bar, in percent of the largest. */
export function reach(change: string, all: readonly { change: string }[]): number {
  const largest = Math.max(...all.map((one) => Math.abs(approximate(one.change))));
  return largest > 0 ? (100 * Math.abs(approximate(change))) / largest : 0;
}

/** The rows of the month as it is published now, of a connection and some value: those of its billing period, whatever
 *  days they are dated to. */
export function rowsOf(
  connection: string,
  change: BillChange,
  tab: TabId,
  filters: readonly { dimension: string; value: string }[],
  severalCurrencies = false,
): AnalysisState {
  const first = `${change.period}-01`;
  const bill = [
    { dimension: "connection", value: connection },
    { dimension: "billing_period", value: change.period },
    ...(severalCurrencies ? [{ dimension: "currency", value: change.currency }] : []),
  ];
  return {
    ...initialState,
    tab,
    metric: "unblended",
    range: { from: change.rows_from ?? first, to: change.rows_to ?? monthStart(first, 1) },
    filters: [...bill, ...filters].map(({ dimension, value }) => ({
      dimension,
      exclude: false,
      values: [value],
    })),
    explain: explainOf("total"),
  };
}
