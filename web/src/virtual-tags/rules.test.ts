import { describe, expect, it } from "vitest";
import type { VirtualTag } from "../api/types";
import { conditionSentence } from "../ui/conditions";
import { draftOf, newRule, plainTag, previewTag, sameTag, tagProblem } from "./draft";
import { ruleSentence, valuesOf } from "./sentences";

const tag: VirtualTag = {
  id: "1",
  version: "v",
  name: "Product",
  rules: [
    { value: "Shop", conditions: [{ dimension: "account_id", operator: "is", values: ["1", "2"] }] },
    {
      value: "Search",
      conditions: [
        { dimension: "tag:Team", operator: "is_not", values: ["a", "b"] },
        { dimension: "usage_type", operator: "starts_with", values: ["EU"] },
      ],
    },
    { value: "Shop", conditions: [{ dimension: "service", operator: "contains", values: ["", "S3"] }] },
  ],
};
const { id: _, version: __, ...plain } = tag;

describe("a virtual tag under change", () => {
  it("survives the form", () => {
    expect(plainTag(draftOf(tag))).toEqual(plain);
    expect(sameTag(plainTag(draftOf(tag)), plainTag(draftOf(tag)))).toBe(true);
  });
  it("tells rules and conditions apart", () => {
    const { rules } = draftOf(tag);
    const keys = rules.flatMap((rule) => [rule.key, ...rule.conditions.map((one) => one.key)]);
    expect(new Set(keys).size).toBe(keys.length);
  });
  it("says what is missing before it can be saved", () => {
    const draft = draftOf(tag);
    expect(tagProblem(draft, [])).toBeUndefined();
    expect(tagProblem({ ...draft, name: " " }, [])).toBe("Enter a name.");
    expect(tagProblem(draft, ["Product"])).toContain("Another virtual tag");
    expect(tagProblem({ ...draft, rules: [] }, [])).toBe("Add a rule.");
    expect(tagProblem({ ...draft, rules: [...draft.rules, newRule()] }, [])).toContain("Rule 4");
    const [first] = draft.rules;
    if (!first) throw new Error("no rule");
    const bare = { ...first, conditions: [] };
    expect(tagProblem({ ...draft, rules: [bare] }, [])).toContain("would match everything");
    const empty = { ...first, conditions: first.conditions.map((one) => ({ ...one, values: [] })) };
    expect(tagProblem({ ...draft, rules: [empty] }, [])).toContain("compares with");
  });
  it("is previewed by its complete rules, whatever its name", () => {
    const draft = draftOf(tag);
    const more = { name: "x", rules: [...draft.rules, newRule()] };
    expect(previewTag(more)).toEqual(previewTag(draft));
    expect(previewTag(more).rules).toEqual(plain.rules);
  });
});

describe("rules in words", () => {
  it("say when they match", () => {
    expect(ruleSentence(plain.rules[0] ?? { value: "", conditions: [] }, undefined)).toBe(
      "Account id is 1 or 2",
    );
    expect(ruleSentence(plain.rules[1] ?? { value: "", conditions: [] }, undefined)).toBe(
      "Tag Team is neither a nor b, and Usage type starts with EU",
    );
  });
  it("name none, and what is not there yet", () => {
    const condition = { dimension: "region", operator: "is", values: [""] } as const;
    expect(conditionSentence({ ...condition, values: [""] }, undefined)).toBe("Region is empty");
    expect(conditionSentence({ ...condition, values: [] }, undefined)).toBe("Region is …");
  });
  it("list each value once", () => {
    expect(valuesOf(plain.rules)).toEqual(["Shop", "Search"]);
  });
});
