import { describe, expect, it } from "vitest";
import type { Connection, Overview } from "../api/types";
import { dashboardsReady, monthsOf } from "./months";

const connection = {
  id: "c-1",
  verification: {
    months: [
      { period: "2026-09", bytes: 10, files: 1 },
      { period: "2026-11", bytes: 30, files: 1 },
      { period: "2026-10", bytes: 20, files: 1 },
    ],
  },
} as Connection;
const period = (month: string, stage: string, owner = "c-1") => ({
  connection: owner,
  period: month,
  stage,
  bytes: 5,
  rows: 7,
});
const overview = (periods: object[], reading?: string) =>
  ({ periods, ingest: reading ? { period: reading } : null }) as unknown as Overview;

describe("the months of a connection", () => {
  it("are newest first, each with what has become of it", () => {
    const found = monthsOf(
      connection,
      overview([period("2026-11", "complete"), period("2026-10", "dashboards")], "2026-09"),
    );
    expect(found.map((one) => [one.period, one.state, one.bytes, one.rows])).toEqual([
      ["2026-11", "complete", 5, 7],
      ["2026-10", "dashboards", 5, 7],
      ["2026-09", "reading", 10, undefined],
    ]);
    expect(dashboardsReady(found)).toBe(false);
  });
  it("are not those of another connection", () => {
    const found = monthsOf(connection, overview([period("2026-11", "complete", "c-2")]));
    expect(found.every((one) => one.state === "waiting")).toBe(true);
  });
  it("are ready for the dashboards before their line items are", () => {
    const all = ["2026-09", "2026-10", "2026-11"].map((month) => period(month, "dashboards"));
    expect(dashboardsReady(monthsOf(connection, overview(all)))).toBe(true);
    expect(dashboardsReady([])).toBe(false);
  });
});
