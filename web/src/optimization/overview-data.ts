import { monthLabel } from "../lib/dates";
import type { TimeData } from "./series";
import type { OptimizationOverview } from "./types";

/** Accounts that have a line of their own: more could not be told apart. */
const most = 8;

/** Efficiency by month, a line an account, in the order of the answer. */
export function efficiencyByAccount({ efficiency, currency }: OptimizationOverview): TimeData {
  const known = efficiency.filter((one) => one.months.some(({ percent }) => percent !== null));
  const shown = known.slice(0, most);
  const months = [...new Set(shown.flatMap((one) => one.months.map(({ month }) => month)))].sort();
  return {
    labels: months.map(monthLabel),
    titles: months.map(monthLabel),
    pale: months.map(() => false),
    series: shown.map((one, color) => ({
      id: one.account_id,
      label: one.account || one.account_id,
      form: "line",
      color,
      figures: months.map((month) => {
        const percent = one.months.find((other) => other.month === month)?.percent ?? null;
        return percent === null ? null : (Number(percent) / 100).toFixed(6);
      }),
    })),
    unit: shown.length > 0 ? "rate" : { money: currency },
  };
}
