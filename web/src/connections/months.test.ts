import { describe, expect, it } from "vitest";
import type { ProcessedMonth, Processing } from "../api/types";
import { dashboardsReady, isLive } from "./months";

const month = (state: ProcessedMonth["state"]) =>
  ({ period: "2026-11", state, rows: 7, bytes: 5, proven: true }) as ProcessedMonth;

describe("the months of a connection", () => {
  it("are ready for the dashboards before their line items are", () => {
    expect(dashboardsReady([month("dashboards"), month("complete")])).toBe(true);
    expect(dashboardsReady([month("dashboards"), month("reading")])).toBe(false);
    expect(dashboardsReady([month("waiting")])).toBe(false);
    expect(dashboardsReady([])).toBe(false);
    // A month that was refused keeps nobody from the others.
    expect(dashboardsReady([month("complete"), month("failed")])).toBe(true);
    expect(dashboardsReady([month("failed")])).toBe(false);
  });
});

describe("a job", () => {
  it("is watched while it waits or runs", () => {
    const states = ["idle", "queued", "running", "done", "failed", "parked"] as const;
    const live = states.filter((state) => isLive({ state } as Processing));
    expect(live).toEqual(["queued", "running"]);
    expect(isLive(undefined)).toBe(false);
  });
});
