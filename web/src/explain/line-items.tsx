import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import type { LineColumn, LineOrder } from "../address/explain";
import type { LineItem } from "../api/types";
import { dayLabel } from "../lib/dates";
import { formatExact } from "../lib/money";
import classes from "./line-items.module.css";
import { nextOrder } from "./lines";

function time(item: LineItem): string {
  const hour = item.charge_period_start.slice(11, 16);
  return `${dayLabel(item.charge_period_start.slice(0, 10))}${hour ? ` ${hour}` : ""}`;
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** The row's tags, each as its key and value. */
function tagText(tags: string, between: string): string {
  const pairs = Object.entries(JSON.parse(tags) as Record<string, string>);
  return pairs.map(([key, value]) => `${key} = ${value}`).join(between);
}

interface Props {
  rows: readonly LineItem[];
  currency: string;
  stale: boolean;
  order: LineOrder;
  onOrder: (order: LineOrder) => void;
}

/** Rows as the report has them, each with its file and row, so that anybody can look it up there. */
export function LineItems({ rows, currency, stale, order, onOrder }: Props) {
  const head = (words: Partial<Record<LineColumn, string>>, right = false) => (
    <Head words={words} right={right} order={order} onOrder={onOrder} />
  );
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className={classes.scroll} data-stale={stale} tabIndex={0} aria-label="Line items">
      <table className={`${classes.table} tabular`}>
        <thead>
          <tr>
            {head({ time: "Time (UTC)" })}
            {head({ account: "Account", service: "Service" })}
            {head({ usage_type: "Usage" })}
            {head({ figure: "Cost", usage_amount: "Amount" }, true)}
            <th scope="col">File and row</th>
            {head({ resource: "Resource" })}
          </tr>
        </thead>
        <tbody>
          {rows.map((item, at) => (
            // Who may see a part of the bills alone is not told file and row: then the place tells rows apart.
            <tr key={item.source_file ? `${item.source_file}:${item.source_row}` : at}>
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
                <div className={classes.file}>{item.source_file ? fileName(item.source_file) : "–"}</div>
                {item.source_file && <small>row {item.source_row.toLocaleString("en-US")}</small>}
              </td>
              <td className={classes.wide}>
                <div title={item.resource_id}>{item.resource_id || "–"}</div>
                {item.tags && <small title={tagText(item.tags, "\n")}>{tagText(item.tags, " · ")}</small>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface HeadProps {
  words: Partial<Record<LineColumn, string>>;
  right: boolean;
  order: LineOrder;
  onOrder: (order: LineOrder) => void;
}

/** A column's head; where a cell shows two things, it sorts by either. */
function Head({ words, right, order, onOrder }: HeadProps) {
  const columns = Object.entries(words) as [LineColumn, string][];
  const active = words[order.column] !== undefined;
  const Arrow = order.descending ? IconArrowDown : IconArrowUp;
  return (
    <th
      scope="col"
      className={right ? classes.right : undefined}
      aria-sort={active ? (order.descending ? "descending" : "ascending") : undefined}
    >
      {columns.map(([column, word]) => (
        <button
          key={column}
          type="button"
          className={classes.sort}
          data-active={column === order.column}
          title={`Sort by ${word.toLowerCase()}`}
          onClick={() => onOrder(nextOrder(order, column))}
        >
          {word}
          {column === order.column && <Arrow size={12} aria-hidden />}
        </button>
      ))}
    </th>
  );
}
