import { describe, expect, it } from "vitest";
import type { ExplainQuery } from "../api/queries";
import type { Costs } from "../api/types";
import { differences, makeup } from "./makeup";
import { sameRows } from "./same-rows";

const costs = (...rows: [keys: string[], total: string][]) =>
  ({ rows: rows.map(([keys, total]) => ({ keys, labels: keys, other: false, total })) }) as unknown as Costs;

describe("what a figure is made of", () => {
  it("says what takes money off, least first", () => {
    const found = makeup(
      costs([["On-demand usage"], "9"], [["Discount (EDP)"], "-3"], [["Credit"], "-1"], [["Tax"], "0"]),
    );
    expect(found.map((one) => one.name)).toEqual(["Discount (EDP)", "Credit"]);
    expect(found[0]?.words).toContain("enterprise agreement");
    expect(makeup(costs([["Tax"], "1"]))).toEqual([]);
  });
  it("explains amortized against billed by commitment, to the last digit", () => {
    const billed = costs(
      [["ri-1", "RI fee"], "100"],
      [["", "On-demand usage"], "50"],
      [["sp-1", "Savings-plan usage"], "30"],
      [["sp-1", "Savings-plan negation"], "-30"],
    );
    const amortized = costs(
      [["ri-1", "Reserved usage"], "90.000000000000000001"],
      [["", "On-demand usage"], "50"],
      [["sp-1", "Savings-plan usage"], "20"],
    );
    const found = differences(billed, amortized);
    expect(found.map((one) => [one.commitment, one.difference])).toEqual([
      ["sp-1", "20"],
      ["ri-1", "-9.999999999999999999"],
    ]);
    expect(found[0]?.parts.map((part) => [part.charge, part.difference])).toEqual([
      ["Savings-plan negation", "30"],
      ["Savings-plan usage", "-10"],
    ]);
  });
});

describe("the rows behind a figure", () => {
  const query = {
    metric: "amortized",
    from: "2026-10-01",
    to: "2026-11-01",
    filter: ["region=eu"],
  } as ExplainQuery;
  it("are named by filters, to be broken down", () => {
    expect(sameRows(query)?.filter).toEqual(["region=eu"]);
    expect(sameRows({ ...query, group_by: "tag:A,service", keys: ["x,y", ""] })?.filter).toEqual([
      "region=eu",
      "tag:A=x\\,y",
      "service=",
    ]);
    expect(sameRows({ ...query, group_by: "service", but: ["a", "b"] })?.filter).toEqual([
      "region=eu",
      "service!=a,b",
    ]);
  });
  it("are not where filters cannot name them", () => {
    expect(sameRows({ ...query, shared: "split" })).toBeUndefined();
    expect(sameRows({ ...query, group_by: "tag:A,service", but: ["a", "b"] })).toBeUndefined();
  });
});
