import { describe, expect, it } from "vitest";
import type { Dimensions } from "../api/types";
import { dimensionLabel, filterChoices, ruleChoices } from "./dimensions";

const dimension = (name: string, label: string) => ({
  name,
  label,
  description: "",
  source_column: "",
  tab: false,
});
const dimensions: Dimensions = {
  dimensions: [
    dimension("account_id", "Account ID"),
    dimension("account", "Account"),
    dimension("billing_period", "Billing period"),
    dimension("subset", "Subset"),
  ],
  metrics: [],
  metrics_available: [],
  tag_keys: ["user:Team"],
  cost_category_names: [],
  virtual_tags: ["Product"],
  named_virtual_tags: [{ id: "Product", name: "Product", former_names: [] }],
  named_subsets: [],
  has_subsets: true,
  has_organizational_units: false,
};
const values = (groups: ReturnType<typeof ruleChoices>) =>
  groups.flatMap((group) => group.items.map((one) => one.value));

describe("dimensions to choose from", () => {
  it("leave out for rules what rules may not look at", () => {
    expect(values(ruleChoices(dimensions))).toEqual(["account_id", "account", "tag:user:Team"]);
  });
  it("offer filters an organization's own rules too, each once", () => {
    expect(values(filterChoices(dimensions))).toEqual([
      "account_id",
      "tag:user:Team",
      "subset",
      "virtual_tag:Product",
    ]);
    expect(filterChoices(dimensions).map((one) => one.group)).not.toContain("Cost categories");
  });
  it("have names, even when the data lost them", () => {
    expect(dimensionLabel("account_id", dimensions)).toBe("Account ID");
    expect(dimensionLabel("tag:user:Team", undefined)).toBe("Tag user:Team");
    expect(dimensionLabel("virtual_tag:Product", dimensions)).toBe("Product");
    expect(dimensionLabel("usage_type", undefined)).toBe("Usage type");
  });
});
