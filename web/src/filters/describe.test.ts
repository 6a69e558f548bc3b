import { describe, expect, it } from "vitest";
import type { Dimensions, Values } from "../api/types";
import { describeFilter, withFound } from "./describe";
import { filterDimension, freeTagKeys, moreFilters } from "./dimensions";

const known: Values = {
  total_values: 1674,
  values: [{ value: "111", label: "Production", currency: "USD", figure: "5" }],
};
const of = (values: string[], exclude = false) => ({ dimension: "account_id", exclude, values });

describe("a filter in words", () => {
  it("says all, the only value, or how many of how many", () => {
    expect(describeFilter(undefined, known, "account_id")).toBe("All");
    expect(describeFilter(of(["111"]), known, "account_id")).toBe("Production");
    expect(describeFilter(of(["111"], true), known, "account_id")).toBe("not Production");
    expect(describeFilter(of(["1", "2"]), known, "account_id")).toBe("2 of 1,674");
    expect(describeFilter(of(["1", "2"], true), known, "account_id")).toBe("all but 2 of 1,674");
    expect(describeFilter(of(["1", "2"]), undefined, "account_id")).toBe("2");
  });
  it("names the empty value by its dimension", () => {
    expect(describeFilter(of([""]), undefined, "tag:Team")).toBe("Untagged");
    expect(describeFilter(of([""]), undefined, "subset")).toBe("Unassigned");
    expect(describeFilter(of([""]), undefined, "virtual_tag:Unit")).toBe("No match");
    expect(describeFilter(of([""]), undefined, "seller")).toBe("None");
  });
  it("takes all that a search found, each once", () => {
    expect(withFound(of(["1"]), [{ value: "2" }, { value: "1" }]).values).toEqual(["1", "2"]);
  });
});

describe("what can be filtered by", () => {
  const offer = {
    dimensions: ["account_id", "account", "region", "seller"].map((name) => ({ name })),
    tag_keys: ["Team", "Env"],
    cost_category_names: ["Unit"],
    virtual_tags: ["Centre"],
    has_subsets: true,
    has_organizational_units: false,
  } as unknown as Dimensions;
  it("is everything the data and the organization know, less what has a button", () => {
    const more = moreFilters(offer, new Set(["account_id", "region"]));
    expect(more.map((one) => one.plural)).toEqual(["Sellers", "Subsets", "Category Unit", "Centre"]);
    expect(moreFilters(undefined, new Set())).toEqual([]);
    expect(freeTagKeys(offer, new Set(["tag:Team"]))).toEqual(["Env"]);
  });
  it("has words also for what only an address names", () => {
    expect(filterDimension("merged_tag:a:b").plural).toBe("Tag a:b, any case");
    expect(filterDimension("no_such").plural).toBe("No such");
  });
});
