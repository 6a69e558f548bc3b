import type { ProcessedMonth } from "../api/types";
import { monthLabel } from "../lib/dates";
import { formatBytes, formatCount } from "../lib/quantity";
import { ListTable } from "../ui/list-table";
import listClasses from "../ui/list-table.module.css";
import classes from "./health.module.css";
import { isThere } from "./months";

const columns = [
  { name: "Month" },
  { name: "State" },
  { name: "Rows", kind: "number" },
  { name: "Bytes", kind: "number" },
] as const;

const words = {
  waiting: "Waiting",
  reading: "Being read",
  dashboards: "Dashboards ready, line items follow",
  complete: "Complete",
  not_counted: "Not counted",
  failed: "Could not be read",
} as const;

/** What has become of each month. */
export function MonthTable({ months }: { months: readonly ProcessedMonth[] }) {
  if (months.length === 0) return <p className={listClasses.none}>No month is known yet.</p>;
  return (
    <ListTable label="Months" columns={columns}>
      {months.map((month) => (
        <tr key={month.period} data-state={month.state}>
          <th scope="row">{monthLabel(month.period)}</th>
          <td>
            <span className={month.state === "failed" ? classes.off : undefined}>{words[month.state]}</span>
            {month.counted_by && (
              <span className={listClasses.sub}>
                {month.state !== "not_counted" && "Of a part of it, "}
                {month.counted_by}
              </span>
            )}
            {month.failure && (
              <span className={listClasses.sub}>
                {month.state !== "failed" && "Its newest delivery could not be read: "}
                {[month.failure.file, month.failure.message].filter(Boolean).join(": ")}{" "}
                {month.failure.advice}
              </span>
            )}
          </td>
          <td className={listClasses.number}>{isThere(month) ? formatCount(month.rows) : ""}</td>
          <td className={listClasses.number}>{formatBytes(month.bytes)}</td>
        </tr>
      ))}
    </ListTable>
  );
}
