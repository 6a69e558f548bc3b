import { Link } from "@tanstack/react-router";
import type { TabId } from "../address/tabs";
import type { BillChange } from "../api/types";
import { type Change, percentText, signedMoney } from "../lib/change";
import { formatExact, formatMoney } from "../lib/money";
import { formatCount } from "../lib/quantity";
import { ListTable } from "../ui/list-table";
import listClasses from "../ui/list-table.module.css";
import { reach, rowsOf } from "./bill-diff";
import classes from "./bill-diff.module.css";

/** A value that changed. */
export interface Changed {
  key: string;
  label: string;
  detail?: string;
  before: string;
  after: string;
  change: string;
  kind: Change["kind"];
  percent: number | null;
  rows_before?: number | null;
  rows_after?: number | null;
  /** What keeps its rows alone. */
  filters: { dimension: string; value: string }[];
}

interface Props {
  label: string;
  /** What the first column holds. */
  name: string;
  change: BillChange;
  connection: string;
  tab: TabId;
  /** Whether the connection's bills have several currencies: rows are then those of the diff's. */
  severalCurrencies: boolean;
  found: readonly Changed[];
}

/** Values that changed, the largest change first, each with the way to its rows. */
export function ChangedTable({ label, name, change, connection, tab, severalCurrencies, found }: Props) {
  const { currency } = change;
  return (
    <ListTable
      label={label}
      columns={[
        { name },
        { name: "Before", kind: "number" },
        { name: "After", kind: "number" },
        { name: "Change", kind: "number" },
        { name: "Change in %", kind: "number" },
        { name: "Size" },
        { name: "Rows", kind: "number" },
      ]}
    >
      {found.map((one) => (
        <tr key={one.key}>
          <th scope="row">
            {one.label}
            {one.detail && <small className={classes.note}>{one.detail}</small>}
          </th>
          {[one.before, one.after].map((figure, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two fixed columns
            <td key={at} className={listClasses.number} title={formatExact(figure, currency)}>
              {formatMoney(figure, currency)}
            </td>
          ))}
          <td className={listClasses.number} title={formatExact(one.change, currency)}>
            {signedMoney(one.change, currency)}
          </td>
          <td className={listClasses.number}>{percentText(one)}</td>
          <td>
            <span className={classes.track} aria-hidden>
              <span
                className={classes.bar}
                data-less={one.change.startsWith("-")}
                style={{ width: `${reach(one.change, found)}%` }}
              />
            </span>
          </td>
          <td className={listClasses.number}>
            <Rows before={one.rows_before} after={one.rows_after}>
              {(text) => (
                <Link
                  to="/"
                  search={rowsOf(connection, change, tab, one.filters, severalCurrencies)}
                  aria-label={`Rows of ${one.label} ${one.detail ?? ""}`}
                >
                  {text}
                </Link>
              )}
            </Rows>
          </td>
        </tr>
      ))}
    </ListTable>
  );
}

interface RowsProps {
  before: number | null | undefined;
  after: number | null | undefined;
  /** What leads to the rows as they are now. */
  children: (text: string) => React.ReactNode;
}

/** How many rows are behind a figure; those that are gone cannot be looked at. */
function Rows({ before, after, children }: RowsProps) {
  if (before == null || after == null) return children("show");
  const text = before === after ? formatCount(after) : `${formatCount(before)} → ${formatCount(after)}`;
  return after === 0 ? text : children(text);
}
