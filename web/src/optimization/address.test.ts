import { describe, expect, it } from "vitest";
import type { Search } from "../address/search";
import { type OptimizationState, offered, readOptimization, startState, writeOptimization } from "./address";

describe("the address of Optimization", () => {
  it("is empty at the start, and an empty one is the start", () => {
    expect(writeOptimization(startState)).toEqual({});
    expect(readOptimization({})).toEqual(startState);
  });

  it("says the whole state", () => {
    const state: OptimizationState = {
      tab: "reservations",
      accounts: { dimension: "account_id", exclude: false, values: ["111111111111", "a,b"] },
      currency: "EUR",
      search: "web",
      sort: { column: "unused", descending: true },
      kind: "compute",
      rule: 2,
      all: true,
      month: "2026-10",
      offer: "ec2",
      term: "3yr",
      payment: "all-upfront",
      days: 90,
      expires: 30,
      commitment: "12.345",
      of: "999|ec2|m5|eu-west-1",
    };
    expect(readOptimization(writeOptimization(state) as Search)).toEqual(state);
  });

  it("falls back where it makes no sense", () => {
    const state = readOptimization({
      tab: "nothing",
      offer: "free",
      term: "2yr",
      days: "31",
      commitment: "-1",
      month: "2026-13",
      filter: ["account_id!=1", "="],
    });
    expect(state).toEqual(startState);
  });

  it("asks for a year without upfront where nothing else is sold", () => {
    expect(offered({ offer: "database", term: "3yr", payment: "all-upfront" })).toEqual({
      term: "1yr",
      payment: "no-upfront",
    });
    expect(offered({ offer: "compute", term: "3yr", payment: "all-upfront" })).toEqual({
      term: "3yr",
      payment: "all-upfront",
    });
  });
});
