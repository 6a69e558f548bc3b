import { describe, expect, it } from "vitest";
import type { Costs } from "../api/types";
import type { Change } from "../lib/change";
import { arrange, defaultSort, pivotColumns, pivotRows } from "./rows";

const row = (
  key: string,
  label: string,
  figures: string[],
  total: string,
  percent: number | null,
  other = false,
) => ({
  keys: [key],
  labels: [label],
  other,
  figures,
  total,
  previous_total: null,
  change: { kind: percent === null ? "new" : "changed", compared_total: total, amount: total, percent },
});
const costs = {
  view: "day",
  periods: ["2026-10-01", "2026-10-02"],
  previous: { from: "2026-09-29", to: "2026-10-01", total: "50" },
  rows: [
    row("1", "Production", ["9.000000000000000002", "1"], "10", 100),
    row("2", "Sandbox 10", ["9.000000000000000001", "11"], "20", null),
    row("3", "Sandbox 9", ["1", "1"], "2", -50),
    row("", "", ["100", "100"], "200", 100, true),
  ],
} as unknown as Costs;
const starts = costs.periods;
const keys = (column: string, descending: boolean, search = "") =>
  arrange(pivotRows(costs, ["account_id"]), starts, { column, descending }, search).map((one) => one.label);

describe("the pivot table", () => {
  it("sorts by exact figures and keeps Other last either way", () => {
    expect(keys(defaultSort.column, true)).toEqual(["Sandbox 10", "Production", "Sandbox 9", "Other"]);
    expect(keys("total", false)).toEqual(["Sandbox 9", "Production", "Sandbox 10", "Other"]);
    expect(keys("2026-10-01", true)).toEqual(["Production", "Sandbox 10", "Sandbox 9", "Other"]);
  });
  it("sorts names as people do, and changes with new ones on top", () => {
    expect(keys("name", false)).toEqual(["Production", "Sandbox 9", "Sandbox 10", "Other"]);
    expect(keys("change", true)).toEqual(["Sandbox 10", "Production", "Sandbox 9", "Other"]);
  });
  it("searches names and numbers, and leaves the rest out", () => {
    expect(keys("total", true, "sandbox")).toEqual(["Sandbox 10", "Sandbox 9"]);
    expect(keys("total", true, "3")).toEqual(["Sandbox 9"]);
  });
  it("names every key of rows of several dimensions, and searches them all", () => {
    const pairs = {
      ...costs,
      rows: [
        { ...row("", "", ["1", "1"], "2", null), keys: ["1", "web"], labels: ["Production", "web"] },
        { ...row("", "", ["1", "1"], "1", null), keys: ["2", ""], labels: ["Sandbox", "Untagged"] },
      ],
    } as Costs;
    const [first, second] = pivotRows(pairs, ["account_id", "tag:Team"]);
    expect(first).toMatchObject({ label: "Production / web", detail: "1", values: ["Production", "web"] });
    expect(second).toMatchObject({ label: "Sandbox / Untagged", detail: "2" });
  });
  it("shows the changes that the server says, and none without a span before", () => {
    expect(pivotRows(costs, ["account_id"]).map((one) => one.change?.percent)).toEqual([100, null, -50, 100]);
    const plain = { ...costs, rows: costs.rows.map((one) => ({ ...one, change: null })) };
    expect(pivotRows(plain, ["account_id"])[0]?.change).toBeUndefined();
  });
  it("sorts changes in money by the exact difference, and what is not known last", () => {
    const rows = pivotRows(costs, ["account_id"]);
    const of = (amount: string | null) => ({ ...rows[0]?.change, amount }) as Change;
    const amounts = ["-3", null, "10", "9.999999999999999999"];
    const changed = rows.map((one, at) => ({
      ...one,
      other: false,
      label: String(at),
      change: of(amounts[at] ?? null),
    }));
    const sort = { column: "difference", descending: true };
    expect(arrange(changed, starts, sort, "").map((one) => one.label)).toEqual(["2", "3", "0", "1"]);
  });
  it("marks days, weeks and months that are not whole", () => {
    const week = {
      ...costs,
      view: "week",
      from: "2026-10-07",
      to: "2026-10-27",
      periods: ["2026-10-05", "2026-10-12", "2026-10-19", "2026-10-26"],
    } as Costs;
    expect(pivotColumns(week, "2026-10-26").map((one) => one.part)).toEqual([
      "from 7 Oct 2026",
      undefined,
      undefined,
      "complete through 25 Oct 2026",
    ]);
    const day = { ...week, view: "day", periods: ["2026-10-25", "2026-10-26"] } as Costs;
    expect(pivotColumns(day, "2026-10-26").map((one) => one.part)).toEqual([undefined, "not complete yet"]);
    const month = { ...week, view: "month", periods: ["2026-10-01"], from: "2026-10-01" } as Costs;
    expect(pivotColumns(month, "2026-12-01")[0]?.part).toBe("through 26 Oct 2026");
    expect(pivotColumns({ ...month, to: "2026-11-01" }, "2026-12-01")[0]?.part).toBeUndefined();
  });
});
