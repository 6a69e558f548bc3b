import type { Connection, Overview } from "../api/types";

export type MonthState = "waiting" | "reading" | "dashboards" | "complete";

export interface Month {
  period: string;
  state: MonthState;
  bytes: number;
  rows: number | undefined;
}

/**
 * Every month of a connection, newest first: those that verification found, with what has become of them. Months
 * of another connection with the same name of month are not mixed in.
 */
export function monthsOf(connection: Connection, overview: Overview): Month[] {
  const published = overview.periods.filter((one) => one.connection === connection.id);
  const available = connection.verification?.months ?? [];
  const names = new Set([...available.map((one) => one.period), ...published.map((one) => one.period)]);
  names.delete("");
  return [...names]
    .sort()
    .reverse()
    .map((period) => {
      const there = published.find((one) => one.period === period);
      const found = available.find((one) => one.period === period);
      const reading = overview.ingest?.period === period && there?.stage !== "complete";
      const state =
        there?.stage === "complete" ? "complete" : there ? "dashboards" : reading ? "reading" : "waiting";
      return { period, state, bytes: there?.bytes ?? found?.bytes ?? 0, rows: there?.rows };
    });
}

/** Whether every dashboard can be looked at: the line items may still follow. */
export function dashboardsReady(months: readonly Month[]): boolean {
  return months.length > 0 && months.every((one) => one.state === "complete" || one.state === "dashboards");
}
