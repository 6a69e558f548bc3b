import { useQuery } from "@tanstack/react-query";
import type { Connection } from "../api/types";
import { monthLabel, timeLabel } from "../lib/dates";
import { formatBytes, formatCount, formatSeconds } from "../lib/quantity";
import { ListTable } from "../ui/list-table";
import listClasses from "../ui/list-table.module.css";
import classes from "./health.module.css";
import { connectionQueries } from "./queries";

const columns = [
  { name: "Began (UTC)" },
  { name: "Month" },
  { name: "Rows", kind: "number" },
  { name: "Bytes", kind: "number" },
  { name: "Took", kind: "number" },
  { name: "Outcome" },
] as const;

const outcomes = {
  published: "Published",
  unchanged: "Unchanged",
  abandoned: "Stopped; done again since",
  failed: "Failed",
} as const;

/** Every pass over a delivery: a month's roll-up, then its line items. */
export function Ingests({ connection }: { connection: Connection }) {
  const { data } = useQuery(connectionQueries.ingests(connection.id));
  const ingests = data?.ingests ?? [];
  return (
    <section className={`card ${classes.part}`} aria-labelledby="ingests">
      <h2 id="ingests">Ingests</h2>
      {ingests.length === 0 ? (
        <p className={listClasses.none}>Nothing was read yet.</p>
      ) : (
        <div className={classes.table}>
          <ListTable label="Ingests of this connection" columns={columns}>
            {ingests.map((one) => (
              <tr key={`${one.started_at} ${one.period} ${one.rows}`}>
                <td className={listClasses.nowrap}>{timeLabel(one.started_at)}</td>
                <th scope="row">{monthLabel(one.period)}</th>
                <td className={listClasses.number}>{formatCount(one.rows)}</td>
                <td className={listClasses.number}>{formatBytes(one.bytes)}</td>
                <td className={listClasses.number}>
                  {one.finished_at &&
                    formatSeconds((Date.parse(one.finished_at) - Date.parse(one.started_at)) / 1000)}
                </td>
                <td>
                  <span className={one.outcome === "failed" ? classes.off : undefined}>
                    {one.outcome ? outcomes[one.outcome] : "Running"}
                  </span>
                  {one.message && (
                    <span className={listClasses.sub}>
                      {one.message} {one.advice}
                    </span>
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
