import type { LineItem } from "../api/types";
import { dayLabel } from "../lib/dates";
import { formatExact } from "../lib/money";
import classes from "./line-items.module.css";

function time(item: LineItem): string {
  const hour = item.charge_period_start.slice(11, 16);
  return `${dayLabel(item.charge_period_start.slice(0, 10))}${hour ? ` ${hour}` : ""}`;
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Rows as the report has them, each with its file and row, so that anybody can look it up there. */
export function LineItems({
  rows,
  currency,
  stale,
}: {
  rows: readonly LineItem[];
  currency: string;
  stale: boolean;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className={classes.scroll} data-stale={stale} tabIndex={0} aria-label="Line items">
      <table className={`${classes.table} tabular`}>
        <thead>
          <tr>
            <th scope="col">Time (UTC)</th>
            <th scope="col">Account, service</th>
            <th scope="col">Usage</th>
            <th scope="col" className={classes.right}>
              Cost
            </th>
            <th scope="col">File and row</th>
            <th scope="col">Resource</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((item) => (
            <tr key={`${item.source_file}:${item.source_row}`}>
              <td>{time(item)}</td>
              <td>
                <div title={item.account_id}>{item.account || item.account_id}</div>
                <small>{item.service}</small>
              </td>
              <td className={classes.wide}>
                <div title={item.description}>{item.usage_type || item.description || "–"}</div>
                <small>{[item.line_item_type, item.operation].filter(Boolean).join(" · ")}</small>
              </td>
              <td className={classes.right}>
                <div>{formatExact(item.figure, currency)}</div>
                {item.usage_amount && <small>amount {item.usage_amount}</small>}
              </td>
              <td title={item.source_file}>
                <div className={classes.file}>{fileName(item.source_file)}</div>
                <small>row {item.source_row.toLocaleString("en-US")}</small>
              </td>
              <td className={classes.wide} title={item.resource_id}>
                <div>{item.resource_id || "–"}</div>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
