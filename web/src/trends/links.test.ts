import { describe, expect, it } from "vitest";
import { costsOf, objectFilters, savedFilters, usageFilters } from "./links";

const days = { from: "2026-10-01", to: "2026-11-01" };
const none = () => undefined;

describe("links to Cost Analysis", () => {
  it("keep the rows of the object", () => {
    expect(
      objectFilters({ account: "111", service: "AmazonEC2", "tag:team": "a,b" }, "Amazon EC2", none),
    ).toEqual([
      { dimension: "account_id", exclude: false, values: ["111"] },
      { dimension: "product_code", exclude: false, values: ["AmazonEC2"] },
      { dimension: "tag:team", exclude: false, values: ["a,b"] },
    ]);
    expect(objectFilters({}, null, none)).toEqual([]);
  });

  it("tell a service by its name where the bill has no codes", () => {
    expect(objectFilters({ service: "Virtual Machines" }, "Virtual Machines", none)).toEqual([
      { dimension: "service", exclude: false, values: ["Virtual Machines"] },
    ]);
  });

  it("know no filters of what is not known", () => {
    expect(objectFilters({ moon: "full" }, null, none)).toBeUndefined();
    expect(objectFilters({ filter: "gone" }, null, none)).toBeUndefined();
    expect(
      objectFilters({ filter: "r1" }, null, () => savedFilters("tab=service&filter=region%3Dus-east-1")),
    ).toEqual([{ dimension: "region", exclude: false, values: ["us-east-1"] }]);
  });

  it("narrow an event by its cause, to usage and its currency", () => {
    const event = { object: { account: "111" }, measure: "usage", currency: "EUR", service: null } as const;
    const state = costsOf(event, { region: "eu-west-1" }, days, true, none);
    expect(state?.range).toEqual(days);
    expect(state?.filters).toEqual([
      { dimension: "account_id", exclude: false, values: ["111"] },
      { dimension: "region", exclude: false, values: ["eu-west-1"] },
      ...usageFilters,
      { dimension: "currency", exclude: false, values: ["EUR"] },
    ]);
    expect(costsOf({ ...event, measure: "tax" }, {}, days, false, none)?.filters).toHaveLength(1);
  });
});
