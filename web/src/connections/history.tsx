import { useQuery } from "@tanstack/react-query";
import { queries } from "../api/queries";
import type { Connection } from "../api/types";
import { monthLabel, timeLabel } from "../lib/dates";
import { formatExact, formatMoney } from "../lib/money";
import { formatBytes, formatCount } from "../lib/quantity";
import { isOff } from "../shell/proof";
import { ListTable } from "../ui/list-table";
import listClasses from "../ui/list-table.module.css";
import classes from "./health.module.css";

const columns = [
  { name: "Month" },
  { name: "Read (UTC)" },
  { name: "Rows", kind: "number" },
  { name: "Bytes", kind: "number" },
  { name: "Total", kind: "number" },
  { name: "Proof" },
] as const;

/** The months that are shown now, each with its size and its proof. */
export function History({ connection }: { connection: Connection }) {
  const { data: overview } = useQuery(queries.overview());
  const months = overview?.periods.filter((one) => one.connection === connection.id) ?? [];
  const currency = overview?.currency ?? "";
  return (
    <section className={`card ${classes.part}`} aria-labelledby="months">
      <h2 id="months">Months</h2>
      {months.length === 0 ? (
        <p className={listClasses.none}>No month was read yet.</p>
      ) : (
        <div className={classes.table}>
          <ListTable label="Months of this connection" columns={columns}>
            {months.map((month) => (
              <tr key={month.period}>
                <th scope="row">
                  {monthLabel(month.period)}
                  {month.open && <span className={listClasses.sub}>open</span>}
                </th>
                <td className={listClasses.nowrap}>{timeLabel(month.published_at)}</td>
                <td className={listClasses.number}>{formatCount(month.rows)}</td>
                <td className={listClasses.number}>{formatBytes(month.bytes)}</td>
                <td className={listClasses.number} title={formatExact(month.stored_total, currency)}>
                  {formatMoney(month.stored_total, currency)}
                </td>
                <td>
                  {isOff(month) ? (
                    <span className={classes.off}>Off by {formatExact(month.difference, currency)}</span>
                  ) : (
                    <span className={classes.proven}>Proven to the last digit</span>
                  )}
                </td>
              </tr>
            ))}
          </ListTable>
        </div>
      )}
    </section>
  );
}
