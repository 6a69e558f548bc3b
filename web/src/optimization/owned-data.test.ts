import { describe, expect, it } from "vitest";
import {
  byPlace,
  commitmentOverTime,
  daysOf,
  expiries,
  hourlySum,
  monthSpan,
  spanOf,
  wasteByService,
} from "./owned-data";
import type { Commitment, OwnedMonth } from "./types";

const scope = {
  coverage: null,
  effective_savings_rate: null,
  effective_savings_rate_with_spot: null,
  utilization: null,
  covered: "0",
  on_demand: "0",
  cost: "0",
  unused: "0",
  net_savings: "0",
  spot_list: "0",
  spot_cost: "0",
};

const month = (over: Partial<OwnedMonth>): OwnedMonth => ({
  month: "2026-10",
  open: false,
  cost: "0",
  used: "0",
  unused: "0",
  on_demand_equivalent: "0",
  gross_savings: "0",
  net_savings: "0",
  uncovered: "0",
  utilization: null,
  coverage: null,
  effective_savings_rate: null,
  compute: scope,
  non_compute: scope,
  by_service: [],
  by_kind: [],
  ...over,
});

const unused = (service: string, amount: string) => ({
  service,
  cost: "0",
  unused: amount,
  on_demand_equivalent: "0",
  net_savings: "0",
  uncovered: "0",
});

const kind = (name: string, cost: string) => ({ kind: name, cost, unused: "0" });

const commitment = (over: Partial<Commitment>): Commitment => ({
  commitment_id: "sp-1",
  kind: "compute",
  cost: "1",
  used: "1",
  unused: "0",
  utilization: null,
  on_demand_equivalent: "2",
  gross_savings: "1",
  net_savings: "1",
  net_cost: null,
  units_used: null,
  units_owned: null,
  hourly_commitment: null,
  currency: "USD",
  term: null,
  class: null,
  payment: null,
  scope: null,
  service: null,
  region: null,
  family: null,
  instance_type: null,
  count: null,
  owner_account_id: null,
  owner_account: null,
  owners: [],
  payer_account_id: "1",
  payers: [],
  begins: "2026-01-01T00:00:00Z",
  ends: "2027-01-01T00:00:00Z",
  state: "active",
  returned: false,
  estimated: false,
  ...over,
});

describe("what is owned, as charts", () => {
  it("stacks waste by service, the most wasted first, and leaves out what wasted nothing", () => {
    const data = wasteByService({
      currency: "USD",
      months: [
        month({ by_service: [unused("AmazonRDS", "5"), unused("AmazonES", "0")] }),
        month({
          month: "2026-11",
          open: true,
          by_service: [unused("ComputeSavingsPlans", "7.5"), unused("AmazonRDS", "1")],
        }),
      ],
    });
    expect(data.series.map(({ label, figures }) => [label, figures])).toEqual([
      ["Compute SP", ["0", "7.5"]],
      ["RDS", ["5", "1"]],
    ]);
    expect(data.labels).toEqual(["Oct 2026", "Nov 2026*"]);
    expect(data.pale).toEqual([false, true]);
  });

  it("goes on from the past into what is owned now, each month once", () => {
    const data = commitmentOverTime({
      currency: "USD",
      months: [
        month({ by_kind: [kind("compute", "10")] }),
        month({ month: "2026-11", open: true, by_kind: [kind("compute", "4")] }),
      ],
      scheduled: [
        { month: "2026-11", by_kind: [kind("compute", "9")] },
        { month: "2026-12", by_kind: [kind("standard", "3")] },
      ],
    });
    expect(data.series.map(({ id, figures }) => [id, figures])).toEqual([
      ["standard", ["0", "0", "3"]],
      ["compute", ["10", "9", "0"]],
    ]);
    expect(data.pale).toEqual([false, true, true]);
    expect(data.titles[2]).toBe("Dec 2026, by what is owned now");
  });

  it("lists every month between the first and the last that something ends in", () => {
    const found = expiries([
      commitment({}),
      commitment({ commitment_id: "sp-2", ends: "2027-03-01T00:00:00Z" }),
      commitment({ commitment_id: "sp-3", ends: null }),
    ]);
    expect(found.map((one) => [one.month, one.commitments.length])).toEqual([
      ["2027-01", 1],
      ["2027-02", 0],
      ["2027-03", 1],
    ]);
    expect(expiries([])).toEqual([]);
  });

  it("sums what is told, and says of how many it is not", () => {
    expect(hourlySum([{ hourly_commitment: "1.25" }, { hourly_commitment: null }])).toEqual({
      hourly: "1.25",
      untold: 1,
    });
    expect(
      byPlace([
        commitment({ hourly_commitment: "1" }),
        commitment({ hourly_commitment: "2" }),
        commitment({ service: "AmazonRDS", region: "eu-west-1", hourly_commitment: "9" }),
      ]),
    ).toEqual([
      { service: "RDS", region: "eu-west-1", count: 1, hourly: "9" },
      { service: "Compute SP", region: "Any region", count: 2, hourly: "3" },
    ]);
  });

  it("knows the days of months and of hours", () => {
    expect(spanOf({ from: null, to: null }, "2026-11-30")).toEqual({ from: "2026-11-30", to: "2026-11-30" });
    expect(monthSpan("2026-12")).toEqual({ from: "2026-12-01", to: "2027-01-01" });
    expect(daysOf({ from: "2026-11-01T00:00:00Z", to: "2026-11-30T00:00:00Z" })).toEqual({
      from: "2026-11-01",
      to: "2026-11-30",
    });
    expect(daysOf({ from: "2026-11-01T10:00:00Z", to: "2026-11-29T22:00:00Z" }).to).toBe("2026-11-30");
  });
});
