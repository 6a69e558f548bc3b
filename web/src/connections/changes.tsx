import { useQuery } from "@tanstack/react-query";
import type { Connection } from "../api/types";
import { monthLabel, timeLabel } from "../lib/dates";
import { formatExact, formatMoney } from "../lib/money";
import { formatCount } from "../lib/quantity";
import { ListTable } from "../ui/list-table";
import listClasses from "../ui/list-table.module.css";
import classes from "./health.module.css";
import { connectionQueries } from "./queries";

const columns = [
  { name: "Service" },
  { name: "Account" },
  { name: "Before", kind: "number" },
  { name: "After", kind: "number" },
  { name: "Change", kind: "number" },
  { name: "Rows", kind: "number" },
] as const;

/** How many rows are behind a figure: one number where a restatement kept it. */
function rowsLabel(before: number | null | undefined, after: number | null | undefined) {
  if (before == null || after == null) {
    return "not known";
  }
  return before === after ? formatCount(after) : `${formatCount(before)} → ${formatCount(after)}`;
}

/** What restatements of months changed: the bill diffs, newest first. */
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
        changes.map((change) => (
          <details key={`${change.period} ${change.currency} ${change.changed_at}`}>
            <summary>
              {monthLabel(change.period)}, {timeLabel(change.changed_at)} UTC:{" "}
              <span title={formatExact(change.change, change.currency)}>
                {formatMoney(change.total_before, change.currency)} →{" "}
                {formatMoney(change.total_after, change.currency)}, a change of{" "}
                {formatMoney(change.change, change.currency)}
              </span>
            </summary>
            <p className={listClasses.none}>
              Unblended cost in {change.currency || "the bill's currency"}, the largest change first. Rows of
              the bill: {rowsLabel(change.rows_before, change.rows_after)}.
            </p>
            <ListTable label={`What changed in ${monthLabel(change.period)}`} columns={columns}>
              {change.lines.map((line) => (
                <tr key={`${line.service} ${line.account_id}`}>
                  <th scope="row">{line.service || "No service"}</th>
                  <td>{line.account_id || "No account"}</td>
                  {[line.before, line.after, line.change].map((figure, at) => (
                    <td
                      // biome-ignore lint/suspicious/noArrayIndexKey: three fixed columns
                      key={at}
                      className={listClasses.number}
                      title={formatExact(figure, change.currency)}
                    >
                      {formatMoney(figure, change.currency)}
                    </td>
                  ))}
                  <td className={listClasses.number}>{rowsLabel(line.rows_before, line.rows_after)}</td>
                </tr>
              ))}
            </ListTable>
            {change.lines_total > change.lines.length && (
              <p className={listClasses.none}>
                {formatCount(change.lines_total - change.lines.length)} smaller changes are not shown; the
                totals hold them.
              </p>
            )}
          </details>
        ))
      )}
    </section>
  );
}
