import { describe, expect, it } from "vitest";
import { explainOf } from "../address/explain";
import { paths } from "../address/path-builder";
import { type AnalysisState, initialState } from "../address/state";
import type { Scope } from "../analysis/scope";
import type { Costs, MonthToDate, Savings } from "../api/types";
import { allRows, lineOrder, nextOrder } from "./lines";
import { explainQuestion } from "./target";

const span = { from: "2026-10-01", to: "2026-11-01" };
const scope = (groupBy: string[]) =>
  ({ groupBy, span, view: "day", query: { metric: "amortized", filter: ["region=eu"] } }) as unknown as Scope;
const row = (keys: string[], labels: string[], other = false) => ({ keys, labels, other });
const costs = {
  rows: [row(["web", "prod,1"], ["web", "prod,1"]), row(["", "dev"], ["Untagged", "dev"]), row([], [], true)],
} as unknown as Costs;
const none = { month: undefined, savings: undefined };
const ask = (explain: AnalysisState["explain"], groupBy = ["tag:A", "tag:B,C"], cards = none) =>
  explainQuestion({ ...initialState, explain }, scope(groupBy), costs, cards);

describe("the question behind a figure", () => {
  it("gives one key a dimension", () => {
    const found = ask(explainOf({ row: "web,prod\\,1" }, "2026-10-05"));
    expect(found?.what).toBe("web / prod,1");
    expect(found?.query).toMatchObject({
      group_by: "tag:A,tag:B\\,C",
      keys: ["web", "prod,1"],
      from: "2026-10-05",
      to: "2026-10-06",
      filter: ["region=eu"],
      sort: "figure",
      order: "desc",
      page: 1,
    });
    expect(ask(explainOf({ row: ",dev" }))?.what).toBe("Untagged / dev");
  });
  it("has words for a row that is not among the largest any more", () => {
    expect(ask(explainOf({ row: ",gone" }))?.what).toBe("Untagged / gone");
    expect(ask(explainOf({ row: "a,b" }), ["service"])?.query.keys).toEqual(["a,b"]);
  });
  it("asks for the rest by the groups that it does not hold", () => {
    expect(ask(explainOf("other"))?.query).toMatchObject({
      group_by: "tag:A,tag:B\\,C",
      but: ["web", "prod,1", "", "dev"],
    });
    expect(ask(explainOf("other"))?.query).not.toHaveProperty("keys");
  });
  it("asks for shares of shared costs as the table has them", () => {
    const split = (explain: AnalysisState["explain"], view = "week") => {
      const state = { ...initialState, shared: true, explain };
      return explainQuestion(state, { ...scope(["service"]), view } as Scope, costs, none)?.query;
    };
    expect(split(explainOf("total"))).toMatchObject({ shared: "split", view: "week", group_by: "service" });
    expect(split({ ...explainOf({ row: "web" }), part: "own" })).toMatchObject({
      part: "own",
      keys: ["web"],
    });
    // An hour opens its day.
    expect(split(explainOf("total", "2026-10-05T03:00:00Z"), "hour")?.view).toBe("day");
    expect(ask(explainOf("total"))?.query).not.toHaveProperty("shared");
  });
  it("takes the span and the filters of a card from its own answer", () => {
    const month = { from: "2026-11-01", to: "2026-11-04" } as MonthToDate;
    const explain = {
      filter: ["lifecycle=On-demand"],
      from: "2026-10-28",
      to: "2026-11-04",
      metric: "unblended",
    };
    const cards = { month, savings: { explain } as Savings };
    expect(ask(explainOf("card:month-to-date"), [], none)).toBeUndefined();
    expect(
      explainQuestion(
        { ...initialState, explain: explainOf("card:month-to-date") },
        scope([]),
        undefined,
        cards,
      )?.query,
    ).toMatchObject({ metric: "amortized", from: "2026-11-01", to: "2026-11-04", filter: [] });
    expect(
      explainQuestion(
        { ...initialState, explain: explainOf("card:missed-savings") },
        scope([]),
        undefined,
        cards,
      )?.query,
    ).toMatchObject(explain);
  });
});

describe("the rows behind it", () => {
  it("are ordered by a click: figures largest first, words from A, then the other way round", () => {
    const start = lineOrder({ sort: "figure", order: "desc" });
    expect(nextOrder(start, "figure")).toEqual({ column: "figure", descending: false });
    expect(nextOrder(start, "usage_amount").descending).toBe(true);
    expect(nextOrder(start, "account").descending).toBe(false);
  });
  it("are all in the file, in the same order", () => {
    const found = ask({
      ...explainOf({ row: "web,x" }),
      page: 3,
      order: { column: "time", descending: true },
    });
    const href = found && paths.explainCsv(allRows(found.query));
    expect(href).toContain(
      "/api/v1/explain.csv?metric=amortized&group_by=tag%3AA%2Ctag%3AB%5C%2CC&keys=web&keys=x",
    );
    expect(href).toContain("sort=time&order=desc");
    expect(href).not.toContain("page");
  });
});
