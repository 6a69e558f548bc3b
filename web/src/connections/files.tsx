import { useQuery } from "@tanstack/react-query";
import type { Connection } from "../api/types";
import { timeLabel } from "../lib/dates";
import { formatCount } from "../lib/quantity";
import { ListTable } from "../ui/list-table";
import listClasses from "../ui/list-table.module.css";
import classes from "./health.module.css";
import { connectionQueries } from "./queries";
import { useArrival } from "./use-arrival";

const columns = [{ name: "File" }, { name: "Not read, because" }] as const;

const fates = {
  refused: "Refused",
  incomplete: "Not complete yet",
  left_out: "Left out by choice",
  other_data_set: "Another data set",
  superseded: "Superseded",
  foreign: "No report file",
} as const;

/** Every file below the source, accounted for: read, or not and why. */
export function Files({ connection }: { connection: Connection }) {
  const { data } = useQuery(connectionQueries.files(connection.id));
  const section = useArrival<HTMLElement>("files", data?.looked_at != null);
  if (!data?.looked_at) return null;
  const counts = (Object.keys(fates) as (keyof typeof fates)[]).filter((fate) => data[fate] > 0);
  const unread = counts.reduce((sum, fate) => sum + data[fate], 0);
  return (
    <section ref={section} tabIndex={-1} className={`card ${classes.part}`} aria-labelledby="files">
      <h2 id="files">Files</h2>
      <p>
        {formatCount(data.read)} read
        {counts.map((fate) => ` · ${formatCount(data[fate])} ${fates[fate].toLowerCase()}`)}. Looked at{" "}
        {timeLabel(data.looked_at)} (UTC).
      </p>
      {data.unread.length > 0 && (
        <div className={classes.table}>
          <ListTable label="Files that are not read" columns={columns}>
            {data.unread.map((one) => (
              <tr key={one.path}>
                <th scope="row">
                  <code>{one.path}</code>
                </th>
                <td>
                  <span
                    className={one.fate === "refused" || one.fate === "incomplete" ? classes.off : undefined}
                  >
                    {fates[one.fate]}
                  </span>
                  <span className={listClasses.sub}>{one.why}</span>
                </td>
              </tr>
            ))}
          </ListTable>
        </div>
      )}
      {unread > data.unread.length && (
        <p className={listClasses.none}>And {formatCount(unread - data.unread.length)} more.</p>
      )}
    </section>
  );
}
