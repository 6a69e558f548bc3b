import { describe, expect, it } from "vitest";
import type { Costs } from "../api/types";
import { chartData, tooltipRows } from "./data";

const row = (key: string, figures: string[], other = false) => ({
  keys: [key],
  labels: [key && `Label ${key}`],
  other,
  figures,
  total: "0",
  previous_total: null,
});
const costs = {
  view: "day",
  periods: ["2026-10-01", "2026-10-02"],
  rows: [row("a", ["0.1", "-5"]), row("", ["0.2", "0"]), row("other", ["1", "1"]), row("", ["7", "7"], true)],
} as unknown as Costs;

describe("chart data", () => {
  it("sums what is visible exactly and keeps colours when a series is hidden", () => {
    const all = chartData(costs, ["service"], []);
    expect(all.visibleTotals).toEqual(["8.3", "3"]);
    const some = chartData(costs, ["service"], ["other"]);
    expect(some.visibleTotals).toEqual(["1.3", "-4"]);
    expect(some.series.map((one) => one.color)).toEqual([0, 1, 2, 3]);
  });
  it("tells a value called other from the rest, and names the empty value", () => {
    const data = chartData(costs, ["tag:Team"], ["row:other"]);
    expect(data.series.map((one) => one.label)).toEqual(["Label a", "Untagged", "Label other", "Other"]);
    expect(data.series.map((one) => one.hidden)).toEqual([false, false, true, false]);
    expect(chartData(costs, ["service"], []).series[1]?.label).toBe("None");
  });
  it("names and tells apart rows of several dimensions", () => {
    const pairs = {
      ...costs,
      rows: [
        { ...row("", ["1", "1"]), keys: ["a,b", ""], labels: ["a,b", ""] },
        { ...row("", ["1", "1"]), keys: ["a", "b,"], labels: ["a", "b,"] },
      ],
    } as Costs;
    const { series } = chartData(pairs, ["service", "merged_tag:Team"], ["row:a,b\\,"]);
    expect(series.map((one) => one.label)).toEqual(["a,b / Untagged", "a / b,"]);
    expect(series.map((one) => one.id)).toEqual(["row:a\\,b,", "row:a,b\\,"]);
    expect(series.map((one) => one.hidden)).toEqual([false, true]);
  });
  it("labels buckets in UTC", () => {
    const hours = {
      ...costs,
      view: "hour",
      periods: ["2026-10-01T23:00:00Z", "2026-10-02T00:00:00Z"],
    } as Costs;
    expect(chartData(hours, ["service"], []).categories).toEqual(["1 Oct 23:00", "2 Oct 00:00"]);
    expect(chartData(costs, ["service"], []).titles[0]).toBe("1 Oct 2026");
  });
  it("orders the tooltip by size and sums the tail", () => {
    const data = chartData(costs, ["service"], []);
    const { rows, rest } = tooltipRows(data, 0, 3);
    expect(rows.map((one) => one.label)).toEqual(["Other", "Label other"]);
    expect(rest).toEqual({ count: 2, figure: "0.3" });
    expect(tooltipRows(data, 1, 8).rows.map((one) => one.figures[1])).toEqual(["7", "-5", "1"]);
  });
});
