import { describe, expect, it } from "vitest";
import { sorted } from "../ui/sort";
import * as finding from "./finding-rows";
import type { Finding, Workload } from "./types";
import * as workload from "./workload-rows";

const work = (over: Partial<Workload>): Workload => ({
  id: "w",
  kind: "eks",
  name: "web",
  account_id: "111",
  account: "shop",
  region: "eu-west-1",
  cost: "1",
  on_demand: "1",
  spot: "0",
  hours: "1",
  on_demand_hours: "1",
  instances: 1,
  instance_types: ["m5.large"],
  savings_low: null,
  savings_high: null,
  savings_rate: null,
  excluded: null,
  unknown_hours: null,
  ...over,
});

const waste = (over: Partial<Finding>): Finding => ({
  rule: 2,
  resource_id: "nat-1",
  resource: "nat-1",
  account_id: "111",
  account: "shop",
  region: "eu-west-1",
  monthly: "1",
  monthly_low: "1",
  confidence: "high",
  evidence: "no bytes",
  unknown: null,
  cost: "1",
  counted: true,
  dismissed: null,
  explain: null,
  ...over,
});

describe("rows of Optimization", () => {
  it("finds each word that is looked for, in any attribute", () => {
    expect(workload.matches(work({}), "eks SHOP")).toBe(true);
    expect(workload.matches(work({}), "m5.large eu-west")).toBe(true);
    expect(workload.matches(work({}), "eks nothing")).toBe(false);
    expect(finding.matches(waste({}), "Idle NAT gateway", "gateway shop")).toBe(true);
    expect(finding.matches(waste({}), "Idle NAT gateway", "volume")).toBe(false);
  });

  it("puts what is not known behind all that is", () => {
    const rows = [
      work({ id: "a" }),
      work({ id: "b", savings_high: "-1" }),
      work({ id: "c", savings_high: "9" }),
    ];
    const order = sorted(rows, { column: "savings", descending: true }, workload.orders);
    expect(order.map((one) => one.id)).toEqual(["c", "b", "a"]);
  });

  it("orders by exact amounts and by confidence", () => {
    const rows = [
      waste({ rule: 1, monthly: "9.000000000000000001", confidence: "low" }),
      waste({ rule: 2, monthly: "9.000000000000000002", confidence: "high" }),
      waste({ rule: 3, monthly: null, confidence: "medium" }),
    ];
    const by = (column: string) =>
      sorted(rows, { column, descending: true }, finding.orders).map((one) => one.rule);
    expect(by("monthly")).toEqual([2, 1, 3]);
    expect(by("confidence")).toEqual([2, 3, 1]);
  });

  it("has a cell for each head of its file", () => {
    expect(workload.csvRow(work({}), "USD")).toHaveLength(workload.csvHeads.length);
    expect(finding.csvRow(waste({}), "Idle NAT gateway", "USD")).toHaveLength(finding.csvHeads.length);
  });

  it("tells hours without a price from none", () => {
    expect(workload.hasUnknown({ unknown_hours: "0" })).toBe(false);
    expect(workload.hasUnknown({})).toBe(false);
    expect(workload.hasUnknown({ unknown_hours: "2.5" })).toBe(true);
  });
});
