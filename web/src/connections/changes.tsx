import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Connection } from "../api/types";
import { percentText } from "../lib/change";
import { monthLabel, timeLabel } from "../lib/dates";
import { formatExact, formatMoney } from "../lib/money";
import { ListTable } from "../ui/list-table";
import listClasses from "../ui/list-table.module.css";
import { diffAddress } from "./bill-diff";
import classes from "./health.module.css";
import { connectionQueries } from "./queries";

const columns = [
  { name: "Month" },
  { name: "Restated (UTC)" },
  { name: "Before", kind: "number" },
  { name: "After", kind: "number" },
  { name: "Change", kind: "number" },
  { name: "Change in %", kind: "number" },
] as const;

/** What restatements of months changed: the bill diffs, newest first; each has a page. */
export function Changes({ connection }: { connection: Connection }) {
  const { data } = useQuery(connectionQueries.changes(connection.id));
  const changes = data?.changes ?? [];
  return (
    <section className={`card ${classes.part}`} aria-labelledby="changes">
      <h2 id="changes">What restated months changed</h2>
      {changes.length === 0 ? (
        <p className={listClasses.none}>
          No published month of this connection has changed so far. Figures are unblended cost.
        </p>
      ) : (
        <ListTable label="What restated months changed, unblended cost" columns={columns}>
          {changes.map((change) => (
            <tr key={`${change.period} ${change.currency} ${change.changed_at}`}>
              <th scope="row">
                <Link
                  to="/connections/$id/changes"
                  params={{ id: connection.id }}
                  search={diffAddress(change)}
                >
                  {monthLabel(change.period)}
                  {change.currency && `, ${change.currency}`}
                </Link>
                {change.source && <span className={listClasses.sub}>Another source: {change.source}</span>}
              </th>
              <td>{timeLabel(change.changed_at)}</td>
              {[change.total_before, change.total_after, change.change].map((figure, at) => (
                <td
                  // biome-ignore lint/suspicious/noArrayIndexKey: three fixed columns
                  key={at}
                  className={listClasses.number}
                  title={formatExact(figure, change.currency)}
                >
                  {formatMoney(figure, change.currency)}
                </td>
              ))}
              <td className={listClasses.number}>{percentText(change)}</td>
            </tr>
          ))}
        </ListTable>
      )}
    </section>
  );
}
