import { useQuery } from "@tanstack/react-query";
import type { Connection, Failure } from "../api/types";
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
  abandoned: "Stopped",
  failed: "Failed",
} as const;

const troubleColumns = [
  { name: "First (UTC)" },
  { name: "What" },
  { name: "Times", kind: "number" },
  { name: "Over (UTC)" },
] as const;

const troubles: Record<Failure["kind"], string> = {
  look: "The source could not be read",
  gone: "Nothing is there any more",
  empty: "Nothing is there yet",
  month: "A report was refused",
  stopped: "No new deliveries came",
};

/** Looks at the source that failed or found nothing, months that were refused, deliveries that stopped. */
function Troubles({ failures }: { failures: readonly Failure[] }) {
  if (failures.length === 0) return null;
  return (
    <div className={classes.troubles}>
      <ListTable label="Failed and empty looks at the source" columns={troubleColumns}>
        {failures.map((one) => (
          <tr key={`${one.kind} ${one.period} ${one.first_at} ${one.message}`}>
            <td className={listClasses.nowrap}>{one.first_at && timeLabel(one.first_at)}</td>
            <th scope="row">
              {troubles[one.kind]}
              {one.period && `, ${monthLabel(one.period)}`}
              <span className={listClasses.sub}>
                {[one.file, one.message].filter(Boolean).join(": ")} {one.advice}
              </span>
            </th>
            <td className={listClasses.number}>{formatCount(one.times)}</td>
            <td className={listClasses.nowrap}>
              {one.ended_at ? (
                timeLabel(one.ended_at)
              ) : (
                <span className={one.kind === "empty" ? undefined : classes.off}>not yet</span>
              )}
            </td>
          </tr>
        ))}
      </ListTable>
    </div>
  );
}

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
      <Troubles failures={data?.failures ?? []} />
    </section>
  );
}
