import { describe, expect, it } from "vitest";
import type { BillChange, ChangedSum } from "../api/types";
import { apart, diffAddress, diffAt, reach, rowsOf } from "./bill-diff";

const change = (period: string, currency: string): BillChange => ({
  period,
  currency,
  changed_at: "2026-11-02T10:00:00Z",
  rows_from: null,
  rows_to: null,
  total_before: "10",
  total_after: "8",
  change: "-2",
  kind: "changed",
  percent: -20,
  rows_before: 3,
  rows_after: 4,
  lines: [],
  lines_total: 0,
  sums: null,
});
const sum = (key: string, by: string): ChangedSum => ({
  key,
  before: "0",
  after: by,
  change: by,
  kind: "new",
  percent: null,
  rows_before: 0,
  rows_after: 1,
});

describe("a bill diff", () => {
  it("is found by its address, the newest without one", () => {
    const changes = [change("2026-10", "USD"), change("2026-10", "EUR"), change("2026-09", "USD")];
    for (const one of changes) expect(diffAt(changes, diffAddress(one))).toBe(one);
    expect(diffAt(changes, { month: undefined, at: undefined, currency: undefined })).toBe(changes[0]);
    expect(diffAt(changes, { month: "2026-01", at: "x", currency: "USD" })).toBeUndefined();
  });

  it("has refunds and credits apart, to the last digit", () => {
    const sums = [sum("Usage", "0.000000000000000001"), sum("Refund", "-4"), sum("Credit", "-1.5")];
    expect(apart(sums)).toEqual({ back: "-5.5", rest: "0.000000000000000001" });
  });

  it("draws the largest change at full length", () => {
    const all = [{ change: "-4" }, { change: "1" }];
    expect(all.map((one) => reach(one.change, all))).toEqual([100, 25]);
    expect(reach("0", [{ change: "0" }])).toBe(0);
  });

  it("leads to the month's rows of this connection", () => {
    const rows = rowsOf("c1", change("2026-12", "USD"), "service", [{ dimension: "service", value: "" }]);
    expect(rows.range).toEqual({ from: "2026-12-01", to: "2027-01-01" });
    expect(rows.filters.map((one) => [one.dimension, one.values])).toEqual([
      ["connection", ["c1"]],
      ["billing_period", ["2026-12"]],
      ["service", [""]],
    ]);
  });

  it("leads to rows of the bill that are dated to other months, in one currency", () => {
    const late = { ...change("2026-12", "USD"), rows_from: "2026-10-03", rows_to: "2027-01-01" };
    const rows = rowsOf("c1", late, "service", [], true);
    expect(rows.range).toEqual({ from: "2026-10-03", to: "2027-01-01" });
    expect(rows.filters.at(-1)).toEqual({ dimension: "currency", exclude: false, values: ["USD"] });
  });
});
