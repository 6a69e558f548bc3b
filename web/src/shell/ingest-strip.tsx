import { Progress } from "@mantine/core";
import type { Ingest } from "../api/types";
import { monthLabel } from "../lib/dates";
import { counted, formatBytes, formatSeconds } from "../lib/quantity";
import classes from "./ingest-strip.module.css";

const stages: Record<string, string> = {
  dashboards: "dashboards",
  rollup: "dashboards",
  line_items: "line items",
  complete: "line items",
};

/** Live progress of reading reports; newest month first, so that the page fills while the rest loads. */
export function IngestStrip({ ingest }: { ingest: Ingest }) {
  const percent = ingest.bytes_total > 0 ? Math.min(100, (100 * ingest.bytes_done) / ingest.bytes_total) : 0;
  const what = stages[ingest.stage] ?? ingest.stage.replace(/_/g, " ");
  const month = /^\d{4}-\d{2}/.test(ingest.period) ? monthLabel(ingest.period) : ingest.period;
  const facts = [
    counted(ingest.rows, "row"),
    `${formatBytes(ingest.bytes_done)} of ${formatBytes(ingest.bytes_total)}`,
    ingest.bytes_per_second > 0 && `${formatBytes(ingest.bytes_per_second)}/s`,
    typeof ingest.seconds_left === "number" && `${formatSeconds(ingest.seconds_left)} left`,
    `${ingest.periods_done} of ${ingest.periods_total} months`,
  ].filter(Boolean);
  return (
    <section className={classes.strip} aria-label="Reading reports">
      <div className={classes.line}>
        <span className={classes.title}>
          Reading {month}
          {what && <span className={classes.stage}> · {what}</span>}
        </span>
        <span className={`${classes.facts} tabular`}>{facts.join(" · ")}</span>
        <span className={`${classes.percent} tabular`}>{percent.toFixed(0)} %</span>
      </div>
      <Progress
        value={percent}
        size={4}
        radius={0}
        aria-label={`Reading ${month}`}
        className={classes.progress}
      />
    </section>
  );
}
