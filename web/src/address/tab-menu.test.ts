import { describe, expect, it } from "vitest";
import { shownTabs, tabMenu } from "./tab-menu";
import { tabDimensions, tabOf } from "./tabs";

const nothing = { virtual_tags: [], has_subsets: false, has_organizational_units: false };
const labels = (offer: Parameters<typeof tabMenu>[0]) =>
  tabMenu(offer).map((section) => [section.label, section.tabs.map((tab) => tab.label)]);

describe("the tabs", () => {
  it("are nine, and the one that was chosen from the menu", () => {
    expect(shownTabs("service")).toHaveLength(9);
    expect(shownTabs("payer").map((tab) => tab.label)).toEqual([
      ...shownTabs("account").map((tab) => tab.label),
      "Payer",
    ]);
    expect(shownTabs("virtual:Unit").at(-1)).toEqual(tabOf("virtual:Unit"));
  });
  it("have the rest in a menu, what the organization made only where it did", () => {
    expect(labels(undefined)).toEqual(labels(nothing));
    expect(labels(nothing)).toHaveLength(1);
    expect(labels(nothing)[0]?.[1]).toHaveLength(11);
    const all = { virtual_tags: ["Unit", "a:b"], has_subsets: true, has_organizational_units: true };
    expect(labels(all).slice(1)).toEqual([
      ["Groups of accounts", ["Subset", "Organizational unit"]],
      ["Virtual tags", ["Unit", "a:b"]],
    ]);
    expect(labels({ ...all, has_subsets: false })[1]?.[1]).toEqual(["Organizational unit"]);
  });
  it("know their dimensions, or that a name is missing", () => {
    const names = { tagKeys: ["Team", "a,b"], mergeCase: false, category: "Unit" };
    expect(tabDimensions("tag", names)).toEqual(["tag:Team", "tag:a,b"]);
    expect(tabDimensions("tag", { ...names, mergeCase: true })[0]).toBe("merged_tag:Team");
    expect(tabDimensions("cost-category", names)).toEqual(["cost_category:Unit"]);
    expect(tabDimensions("cost-category", { ...names, category: undefined })).toEqual([]);
    expect(tabDimensions("virtual:a:b", names)).toEqual(["virtual_tag:a:b"]);
  });
});
