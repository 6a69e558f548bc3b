import { Text } from "@mantine/core";
import type { Projection } from "../api/types";
import { addDays, dayLabel, monthLabel } from "../lib/dates";
import { formatMoney, moneyRange } from "../lib/money";
import { Dialog } from "../ui/dialog";
import listClasses from "../ui/list-table.module.css";
import classes from "./next-months.module.css";

interface Props {
  month: Projection;
  onClose: () => void;
}

/** What to budget for: this month and those after it, each with how sure that is. */
export function NextMonths({ month, onClose }: Props) {
  const { currency } = month;
  const money = (text: string) => formatMoney(text, currency);
  const rows = [{ ...month, error_percent: month.backtest?.error_percent ?? null }, ...month.next];
  return (
    <Dialog opened onClose={onClose} title="Forecast of the next months" size="min(720px, 96vw)">
      <div className={listClasses.scroll}>
        <table className={`${listClasses.table} ${classes.table}`} aria-label="Forecast of the next months">
          <thead>
            <tr>
              <th scope="col">Month</th>
              <th scope="col" className={listClasses.number}>
                Forecast
              </th>
              <th scope="col" className={listClasses.number}>
                80 % sure
              </th>
              <th scope="col" className={listClasses.number}>
                Past error
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((one) => (
              <tr key={one.from}>
                <th scope="row">{monthLabel(one.from.slice(0, 7))}</th>
                <td className={`${listClasses.number} tabular`}>{money(one.total)}</td>
                <td className={`${listClasses.number} tabular`} data-label="80 % sure">
                  {one.low !== null && one.high !== null ? moneyRange(one.low, one.high, currency) : "–"}
                </td>
                <td className={`${listClasses.number} tabular`} data-label="Past error">
                  {one.error_percent !== null ? `${one.error_percent.toFixed(1)} %` : "–"}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Text size="sm" c="dimmed" mt={12}>
        Known through {dayLabel(addDays(month.known_to, -1))}. This month by weekday and trend; those after it
        by what a day cost over the last four weeks and how that changed, with charges that come once a month
        as they came before. Past error: mean absolute percentage error of such forecasts, so many months
        ahead, made for months that are over from what was known after 7, 14 and 21 days; the interval holds
        four of five of them. A dash: too few months to try it with.
      </Text>
    </Dialog>
  );
}
