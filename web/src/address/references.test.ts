import { describe, expect, it } from "vitest";
import { explainOf } from "./explain";
import { filterText, parseFilter } from "./filter";
import { byId } from "./references";
import { type TabId, tabOf } from "./tabs";

const offer = {
  named_subsets: [
    { id: "s1", name: "Shop", former_names: ["Store", "Data"] },
    { id: "s2", name: "Data", former_names: [] },
  ],
  named_virtual_tags: [{ id: "t1", name: "Owner", former_names: ["Team"] }],
};
const filters = (...texts: string[]) => texts.flatMap((text) => parseFilter(text) ?? []);
const asked = (...of: string[]) => ({
  tab: "account" as const,
  hidden: [],
  explain: undefined,
  filters: filters(...of),
});
const texts = (...of: string[]) => byId(asked(...of), offer)?.filters.map(filterText);

describe("addresses that say names", () => {
  it("mean the same by identifier", () => {
    expect(texts("subset=Shop,Data,", "region=x")).toEqual(["subset_id=s1,s2,", "region=x"]);
    expect(texts("subset!=Store")).toEqual(["subset_id!=s1"]);
    expect(texts("virtual_tag:Team=a")).toEqual(["virtual_tag:t1=a"]);
  });
  it("name rows of subsets by identifier", () => {
    const hidden = ["row:Store", "row:", "other", "row:s2"];
    const state = { tab: "subset" as const, hidden, explain: explainOf({ row: "Store" }), filters: [] };
    const found = byId(state, offer);
    expect(found?.hidden).toEqual(["row:s1", "row:", "other", "row:s2"]);
    expect(found?.explain).toEqual(explainOf({ row: "s1" }));
    expect(byId({ ...state, hidden: [] }, offer)?.explain?.target).toEqual({ row: "s1" });
    expect(byId({ ...state, hidden: [], explain: explainOf("total") }, offer)).toBeUndefined();
    expect(byId({ ...state, tab: "service" }, offer)).toBeUndefined();
  });
  it("stay where they say identifiers already, or what nobody knows", () => {
    expect(texts("subset_id=s1", "virtual_tag:t1=a", "subset=Nobody")).toBeUndefined();
    expect(byId(asked("subset=Shop"), undefined)).toBeUndefined();
  });
  it("show what is called otherwise now by its present name", () => {
    const called = (tab: TabId) => tabOf(tab, offer.named_virtual_tags).label;
    expect([called("virtual:t1"), called("virtual:Team"), called("virtual:Nobody")]).toEqual([
      "Owner",
      "Owner",
      "Nobody",
    ]);
  });
});

describe("keys of tags", () => {
  it("may hold what ends a name", () => {
    for (const key of ["a=b", "a!", "a\\=b", "!", "=", "a\\"]) {
      const filter = { dimension: `tag:${key}`, exclude: key.length > 1, values: ["x=y", ""] };
      expect(parseFilter(filterText(filter))).toEqual(filter);
    }
    expect(parseFilter("tag:a\\b!=x")).toEqual({ dimension: "tag:a\\b", exclude: true, values: ["x"] });
  });
});
