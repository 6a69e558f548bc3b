import type { ProcessedMonth, Processing } from "../api/types";

/** Whether every dashboard can be looked at: the line items may still follow, and what was refused does not come. */
export function dashboardsReady(months: readonly ProcessedMonth[]): boolean {
  const over = (month: ProcessedMonth) => month.state === "failed" || month.state === "not_counted";
  return months.some(isThere) && months.every((month) => isThere(month) || over(month));
}

/** Whether the dashboards have this month. */
export function isThere(month: ProcessedMonth): boolean {
  return month.state === "complete" || month.state === "dashboards";
}

/** Whether a job waits for its turn or runs. */
export function isLive(processing: Processing | undefined): boolean {
  return processing?.state === "queued" || processing?.state === "running";
}
