import { useQuery } from "@tanstack/react-query";
import type { Connection, Job } from "../api/types";
import { timeLabel } from "../lib/dates";
import { formatCount } from "../lib/quantity";
import { ListTable } from "../ui/list-table";
import listClasses from "../ui/list-table.module.css";
import classes from "./health.module.css";
import { connectionQueries } from "./queries";

const columns = [
  { name: "Asked for (UTC)" },
  { name: "What" },
  { name: "Tries", kind: "number" },
  { name: "State" },
] as const;

const words: Record<string, string> = {
  read: "Reading",
  announce: "Telling of new months",
  tell: "A mail",
  check: "Daily checks",
  stopped: "Looking why no deliveries come",
};

const states: Record<Job["state"], string> = {
  idle: "Waits",
  queued: "Waits",
  running: "Runs",
  done: "Done",
  failed: "Failed",
  cancelled: "Stopped",
  parked: "Given up until the next delivery",
};

function when(job: Job): string {
  if (job.finished_at) return `, ${timeLabel(job.finished_at)}`;
  return job.next_at ? ` until ${timeLabel(job.next_at)}` : "";
}

/** What is and was done for a connection, newest first. */
export function Jobs({ connection }: { connection: Connection }) {
  const { data } = useQuery(connectionQueries.jobs(connection.id));
  const jobs = data?.jobs ?? [];
  if (jobs.length === 0) return null;
  return (
    <section className={`card ${classes.part}`} aria-labelledby="jobs">
      <h2 id="jobs">Jobs</h2>
      <div className={classes.table}>
        <ListTable label="Jobs of this connection" columns={columns}>
          {jobs.map((job) => (
            <tr key={job.id}>
              <td className={listClasses.nowrap}>{timeLabel(job.queued_at)}</td>
              <th scope="row">{words[job.name] ?? job.name}</th>
              <td className={listClasses.number}>{formatCount(job.attempts)}</td>
              <td className={classes.words}>
                <span className={job.state === "failed" || job.state === "parked" ? classes.off : undefined}>
                  {states[job.state]}
                </span>
                {when(job)}
                {job.message && (
                  <span className={listClasses.sub}>
                    {job.message}. {job.advice}
                  </span>
                )}
              </td>
            </tr>
          ))}
        </ListTable>
      </div>
    </section>
  );
}
