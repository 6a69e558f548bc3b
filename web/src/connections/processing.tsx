import { Button, Progress, Skeleton } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { initialState } from "../address/state";
import type { Connection, Overview } from "../api/types";
import { timeLabel } from "../lib/dates";
import { counted, formatBytes, formatSeconds } from "../lib/quantity";
import { FormProblem } from "../ui/form-problem";
import { LinkButton } from "../ui/link-button";
import { Problem } from "../ui/problem";
import { MonthTable } from "./month-table";
import { dashboardsReady, isLive, isThere } from "./months";
import { startProcessing, wasAsked, wasLed } from "./start-processing";
import { useProcessing } from "./use-processing";
import classes from "./wizard.module.css";

/** The first reading, month by month; when the dashboards are ready, the page turns into them. */
export function Processing({ connection }: { connection: Connection }) {
  const navigate = useNavigate();
  const processing = useProcessing(connection.id);
  const again = useMutation({
    mutationFn: () => startProcessing(connection.id),
    onSuccess: () => void processing.refetch(),
  });
  const job = processing.data;
  const months = job?.months ?? [];
  const ready = dashboardsReady(months);
  const some = months.some(isThere);
  // Only who asked for it or has watched it happen is taken along, however fast it was: the page can be looked at
  // afterwards.
  const watched = useRef(wasAsked(connection.id));
  useEffect(() => {
    if (!job) return;
    if (!ready) watched.current = true;
    else if (watched.current) {
      wasLed(connection.id);
      void navigate({ to: "/", search: initialState });
    }
  }, [job, ready, navigate, connection.id]);
  if (processing.error) {
    return <Problem error={processing.error} onRetry={() => void processing.refetch()} />;
  }
  if (!job) return <Skeleton height={320} radius={12} aria-busy="true" />;
  return (
    <>
      <p aria-live="polite">
        {ready
          ? "Your dashboards are ready."
          : some
            ? "The newest months can be looked at already; the others follow. This page turns into the dashboards by itself."
            : "The newest month comes first. This page turns into the dashboards by itself."}
      </p>
      {job.progress && <Pace ingest={job.progress} />}
      {job.waiting_for_delivery && (
        <p>
          No report has been delivered yet: AWS needs up to 24 hours for the first. This goes on by itself.
        </p>
      )}
      {job.failure && (
        <p role="alert">
          {job.failure.message} {job.failure.advice}
          {job.next_at && ` It is tried again at ${timeLabel(job.next_at)} UTC.`}
        </p>
      )}
      <FormProblem error={again.error} />
      <MonthTable months={months} />
      <div className={classes.actions}>
        {some && (
          <LinkButton to="/" search={initialState}>
            Open Cost Analysis
          </LinkButton>
        )}
        {!ready && !isLive(job) && (
          <Button variant="default" loading={again.isPending} onClick={() => again.mutate()}>
            Start reading again
          </Button>
        )}
      </div>
    </>
  );
}

/** How far, how fast, how long. */
function Pace({ ingest }: { ingest: NonNullable<Overview["ingest"]> }) {
  const percent = ingest.bytes_total > 0 ? Math.min(100, (100 * ingest.bytes_done) / ingest.bytes_total) : 0;
  const facts = [
    `${ingest.periods_done} of ${ingest.periods_total} months`,
    `${formatBytes(ingest.bytes_done)} of ${formatBytes(ingest.bytes_total)}`,
    counted(ingest.rows, "row"),
    ingest.bytes_per_second > 0 && `${formatBytes(ingest.bytes_per_second)}/s`,
    typeof ingest.seconds_left === "number" && `${formatSeconds(ingest.seconds_left)} left`,
  ].filter(Boolean);
  return (
    <div>
      <Progress value={percent} size="lg" aria-label="Reading the reports" />
      <p className={`${classes.muted} tabular`}>{facts.join(" · ")}</p>
    </div>
  );
}
