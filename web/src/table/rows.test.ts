import { describe, expect, it } from "vitest";
import type { Costs } from "../api/types";
import { arrange, defaultSort, pivotRows } from "./rows";

const row = (
  key: string,
  label: string,
  figures: string[],
  total: string,
  before: string | null,
  other = false,
) => ({
  keys: [key],
  labels: [label],
  other,
  figures,
  total,
  previous_total: before,
});
const costs = {
  view: "day",
  periods: ["2026-10-01", "2026-10-02"],
  previous: { from: "2026-09-29", to: "2026-10-01", total: "50" },
  rows: [
    row("1", "Production", ["9.000000000000000002", "1"], "10", "5"),
    row("2", "Sandbox 10", ["9.000000000000000001", "11"], "20", "0"),
    row("3", "Sandbox 9", ["1", "1"], "2", "4"),
    row("", "", ["100", "100"], "200", "100", true),
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
  it("shows no change without a span before", () => {
    expect(pivotRows(costs, ["account_id"]).map((one) => one.change)).toEqual([100, null, -50, 100]);
    expect(pivotRows({ ...costs, previous: null }, ["account_id"])[0]?.change).toBeUndefined();
  });
});
