import { describe, expect, it } from "vitest";
import { filterText, parseFilter } from "./filter";
import { parseSearch, paths } from "./path-builder";
import { bucketSpan, defaultView, resolveRange, viewAllowed } from "./range";
import { type AnalysisState, drillDown, effectiveView, initialState, readState } from "./state";

const roundTrip = (state: AnalysisState) => readState(parseSearch(paths.costAnalysis(state).slice(1)));

describe("address", () => {
  it("is empty at the start", () => {
    expect(paths.costAnalysis(initialState)).toBe("/");
    expect(roundTrip(initialState)).toEqual(initialState);
  });
  it("holds the whole state, whatever the values contain", () => {
    const state: AnalysisState = {
      tab: "tag",
      tagKey: "cost & centre=1",
      range: { from: "2026-01-05", to: "2026-02-01" },
      view: "week",
      metric: "unblended",
      filters: [
        { dimension: "service", exclude: true, values: ["a,b", "back\\slash", ""] },
        { dimension: "tag:Team", exclude: false, values: ["x=y&z"] },
      ],
      hidden: ["", "other", "100%"],
      search: "a+b c",
      allRows: true,
      wholeBars: true,
      sort: { column: "2026-01-05", descending: true },
      explain: { target: { row: "other" }, at: "2026-01-05", page: 3 },
    };
    expect(roundTrip(state)).toEqual(state);
  });
  it("forgives nonsense", () => {
    expect(readState(parseSearch("?tab=nope&time=x&view=y&filter==&page=-1&from=2026-02-30&to=1"))).toEqual(
      initialState,
    );
  });
  it("keeps one filter a dimension", () => {
    expect(readState(parseSearch("?filter=region%3Da&filter=region%3Db")).filters).toEqual([
      { dimension: "region", exclude: false, values: ["b"] },
    ]);
  });
});

describe("filters", () => {
  it("escape comma and backslash as the server reads them", () => {
    expect(filterText({ dimension: "service", exclude: true, values: ["a,b", "c\\d"] })).toBe(
      "service!=a\\,b,c\\\\d",
    );
    expect(parseFilter("tag:Team=")).toEqual({ dimension: "tag:Team", exclude: false, values: [""] });
  });
});

describe("ranges", () => {
  it("count back from the end of the data", () => {
    expect(resolveRange({ preset: "last-7-days" }, "2026-10-23")).toEqual({
      from: "2026-10-16",
      to: "2026-10-23",
    });
    expect(resolveRange({ preset: "this-month" }, "2026-11-01")).toEqual({
      from: "2026-10-01",
      to: "2026-11-01",
    });
    expect(resolveRange({ preset: "last-month" }, "2026-01-02")).toEqual({
      from: "2025-12-01",
      to: "2026-01-01",
    });
    expect(resolveRange({ preset: "last-13-months" }, "2026-10-23").from).toBe("2025-10-01");
  });
  it("offer hours for a week at most", () => {
    const week = { from: "2026-10-16", to: "2026-10-23" };
    expect(viewAllowed("hour", week)).toBe(true);
    expect(viewAllowed("hour", { ...week, to: "2026-10-24" })).toBe(false);
    expect(effectiveView({ ...initialState, view: "hour" }, { ...week, to: "2026-12-01" })).toBe("week");
    expect(defaultView({ from: "2025-10-01", to: "2026-10-23" })).toBe("month");
  });
  it("clip buckets to the span", () => {
    const span = { from: "2026-10-03", to: "2026-10-23" };
    expect(bucketSpan("2026-10-01", "month", span)).toEqual(span);
    expect(bucketSpan("2026-10-05", "week", span)).toEqual({ from: "2026-10-05", to: "2026-10-12" });
    expect(bucketSpan("2026-10-05T23:00:00Z", "hour", span)).toEqual({
      from: "2026-10-05T23:00:00Z",
      to: "2026-10-06T00:00:00Z",
    });
  });
});

describe("drill-down", () => {
  it("pins the value and moves to the next breakdown", () => {
    const next = drillDown({ ...initialState, hidden: ["x"] }, "111", "Team");
    expect(next.tab).toBe("tag");
    expect(next.filters).toEqual([{ dimension: "account_id", exclude: false, values: ["111"] }]);
    expect(next.hidden).toEqual([]);
  });
  it("skips tags without a key and breakdowns that are pinned", () => {
    expect(drillDown(initialState, "111", undefined).tab).toBe("service");
    const pinned = { ...initialState, filters: [{ dimension: "service", exclude: false, values: ["EC2"] }] };
    expect(drillDown(pinned, "111", undefined).tab).toBe("lifecycle");
  });
});
