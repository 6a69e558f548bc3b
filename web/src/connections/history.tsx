import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { queries } from "../api/queries";
import type { Connection, Period } from "../api/types";
import { monthLabel, timeLabel } from "../lib/dates";
import { formatExact, formatMoney } from "../lib/money";
import { formatBytes, formatCount } from "../lib/quantity";
import { lackOfPart, missing, type PartName, toneOf } from "../shell/proof";
import { ListTable } from "../ui/list-table";
import listClasses from "../ui/list-table.module.css";
import classes from "./health.module.css";
import { useArrival } from "./use-arrival";

const columns = [
  { name: "Month" },
  { name: "Read (UTC)" },
  { name: "Rows", kind: "number" },
  { name: "Bytes", kind: "number" },
  { name: "Total", kind: "number" },
  { name: "Proof" },
] as const;

/** What absent columns turn off. */
const features: Record<string, string> = {
  resource_ids: "resources",
  list_price: "list cost",
  net_cost: "net cost",
  tags: "tags",
};

/** What is proven of a month: each part that does not hold, why, and the way to the files. */
function MonthProof({ month, id, shared }: { month: Period; id: string; shared: boolean }) {
  const { proof } = month;
  const parts = missing(proof);
  if (parts.length === 0) return <span className={classes.proven}>Proven to the last digit</span>;
  const part = (name: PartName) => (
    <div key={name} className={classes.lack}>
      <span className={toneOf(proof) === "broken" || name === "complete" ? classes.off : classes.doubtful}>
        {lackOfPart(proof, name)}
      </span>
      <span className={listClasses.sub}>
        {proof[name].reason}.{" "}
        {name === "complete" && !shared && (
          <Link to="/connections/$id" params={{ id }} hash="files">
            See the files
          </Link>
        )}
      </span>
    </div>
  );
  return parts.map(part);
}

/** The months that are shown now, each with its size and its proof. */
export function History({ connection }: { connection: Connection }) {
  const { data: overview } = useQuery(queries.overview());
  const months = overview?.periods.filter((one) => one.connection === connection.id) ?? [];
  const section = useArrival<HTMLElement>("months", overview !== undefined);
  return (
    <section ref={section} tabIndex={-1} className={`card ${classes.part}`} aria-labelledby="months">
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
                  {month.without.length > 0 && (
                    <span className={listClasses.sub}>
                      without {month.without.map((name) => features[name] ?? name).join(", ")}
                    </span>
                  )}
                </th>
                <td className={listClasses.nowrap}>{timeLabel(month.published_at)}</td>
                <td className={listClasses.number}>{formatCount(month.rows)}</td>
                <td className={listClasses.number}>{formatBytes(month.bytes)}</td>
                <td className={listClasses.number} title={formatExact(month.stored_total, month.currency)}>
                  {formatMoney(month.stored_total, month.currency)}
                </td>
                <td>
                  <MonthProof month={month} id={connection.id} shared={connection.kind === "shared"} />
                </td>
              </tr>
            ))}
          </ListTable>
        </div>
      )}
    </section>
  );
}
