import { describe, expect, it } from "vitest";
import { explainOf } from "./explain";
import { filterText, parseFilter } from "./filter";
import { parseSearch, paths } from "./path-builder";
import { bucketSpan, defaultView, resolveRange, viewAllowed } from "./range";
import { type AnalysisState, drillDown, effectiveView, initialState, readState } from "./state";
import { mainTabs, tabDimensions } from "./tabs";

const roundTrip = (state: AnalysisState) => readState(parseSearch(paths.costAnalysis(state).slice(1)));

describe("address", () => {
  it("is empty at the start", () => {
    expect(paths.costAnalysis(initialState)).toBe("/");
    expect(roundTrip(initialState)).toEqual(initialState);
  });
  it("holds the whole state, whatever the values contain", () => {
    const state: AnalysisState = {
      tab: "tag",
      tagKeys: ["cost & centre=1", "a,b"],
      mergeCase: true,
      category: "Unit & more",
      compare: "year",
      range: { from: "2026-01-05", to: "2026-02-01" },
      view: "week",
      metric: "net_unblended",
      shared: true,
      asOf: "2026-01-31",
      filters: [
        { dimension: "service", exclude: true, values: ["a,b", "back\\slash", ""] },
        { dimension: "tag:Team", exclude: false, values: ["x=y&z"] },
      ],
      hidden: ["", "other", "100%"],
      search: "a+b c",
      allRows: true,
      wholeBars: true,
      comparedLine: true,
      sort: { column: "2026-01-05", descending: true },
      explain: {
        target: { row: "other" },
        at: "2026-01-05",
        part: "own",
        page: 3,
        order: { column: "time", descending: false },
      },
    };
    expect(roundTrip(state)).toEqual(state);
  });
  it("keeps tabs of virtual tags and explanations of cards", () => {
    for (const tab of ["virtual:Cost centre: 1", "commitment", "organizational-unit"] as const) {
      expect(roundTrip({ ...initialState, tab }).tab).toBe(tab);
    }
    for (const card of ["card:month-to-date", "card:missed-savings"] as const) {
      const explain = explainOf(card);
      expect(roundTrip({ ...initialState, explain }).explain).toEqual(explain);
    }
    const usual = paths.costAnalysis({ ...initialState, explain: explainOf("total") });
    expect(usual).toBe("/?explain=total");
  });
  it("reads one tag key, as links had it before there were several", () => {
    expect(readState(parseSearch("?tab=tag&tag=Team&tag=Env&tag=Team")).tagKeys).toEqual(["Team", "Env"]);
    expect(readState(parseSearch("?tab=tag&tag=Team")).tagKeys).toEqual(["Team"]);
  });
  it("forgives nonsense", () => {
    const text =
      "?tab=nope&time=x&view=y&filter==&page=-1&from=2026-02-30&to=1&metric=usage&case=x&explain=card:x&lines=y&tag=";
    expect(readState(parseSearch(text))).toEqual(initialState);
    expect(readState(parseSearch("?tab=virtual:")).tab).toBe("account");
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
  const names = { tagKeys: ["Team"], mergeCase: false, category: undefined };
  it("pins the value and moves to the next breakdown", () => {
    const next = drillDown({ ...initialState, hidden: ["x"] }, ["111"], names);
    expect(next.tab).toBe("tag");
    expect(next.filters).toEqual([{ dimension: "account_id", exclude: false, values: ["111"] }]);
    expect(next.hidden).toEqual([]);
  });
  it("skips tags without a key and breakdowns that are pinned", () => {
    expect(drillDown(initialState, ["111"], { ...names, tagKeys: [] }).tab).toBe("service");
    const pinned = { ...initialState, filters: [{ dimension: "service", exclude: false, values: ["EC2"] }] };
    expect(drillDown(pinned, ["111"], { ...names, tagKeys: [] }).tab).toBe("lifecycle");
  });
  it("pins one value a key, and takes values of any case together where they are merged", () => {
    const several = { tagKeys: ["Team", "Env"], mergeCase: true, category: undefined };
    const next = drillDown({ ...initialState, tab: "tag" }, ["web", ""], several);
    expect(next.tab).toBe("service");
    expect(next.filters.map(filterText)).toEqual(["merged_tag:Team=web", "carried_merged_tag:Env="]);
    expect(drillDown({ ...next, tab: "account" }, ["111"], several).tab).toBe("service");
  });
  it("goes from the menu's breakdowns to the first of the row, and ends at resources", () => {
    expect(drillDown({ ...initialState, tab: "virtual:Unit" }, ["A"], names).tab).toBe("account");
    const filters = mainTabs.flatMap((tab) =>
      tabDimensions(tab.id, names).map((dimension) => ({ dimension, exclude: false, values: ["x"] })),
    );
    expect(drillDown({ ...initialState, filters }, ["111"], names).tab).toBe("resource");
  });
});
