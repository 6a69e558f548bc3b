import { describe, expect, it } from "vitest";
import type { SharedCost } from "../api/types";
import { sumDecimals } from "../lib/decimal";
import { draftOf, newRule, plainRules, ruleProblem, rulesProblem } from "./draft";
import { checkPercents, equalPercents, isPercent } from "./percents";
import { sourceSentence, splitSentence } from "./sentences";

describe("fixed shares", () => {
  it("must add up to 100, to the last digit", () => {
    expect(checkPercents(["33.33", "33.33", "33.34"])).toEqual({
      good: true,
      text: "The shares add up to 100 %.",
    });
    expect(checkPercents(["33.33", "33.33", "33.33"]).text).toContain("99.99 %: 0.01 % is missing");
    expect(checkPercents(["60", "40.5"]).text).toContain("100.5 %: 0.5 % is too much");
    expect(checkPercents(["0.1", "0.2", "99.7"]).good).toBe(true);
    expect(checkPercents([]).good).toBe(false);
    expect(checkPercents(["100", ""]).text).toContain("such as 12.5");
  });
  it("are numbers above nothing", () => {
    for (const text of ["100", "0.0001", "12.5"]) expect(isPercent(text)).toBe(true);
    for (const text of ["", "0", "0.0", "-1", "1e1", "1,5", "1.23456", "12.", ".5"]) {
      expect(isPercent(text)).toBe(false);
    }
  });
  it("can be made equal without losing anything", () => {
    expect(equalPercents(4)).toEqual(["25", "25", "25", "25"]);
    expect(equalPercents(3)).toEqual(["33.34", "33.33", "33.33"]);
    for (const count of [1, 6, 7, 13, 97]) expect(sumDecimals(equalPercents(count))).toBe("100");
    expect(equalPercents(0)).toEqual([]);
  });
});

const saved: SharedCost[] = [
  { id: "1", name: "Support", source: ["charge_type=Support"], method: "even", targets: [] },
  {
    id: "2",
    name: "Network",
    source: ["account_id=1", "region!=a\\,b,c"],
    method: "fixed",
    targets: [
      { account_id: "2", percent: "60" },
      { account_id: "3", percent: "40" },
    ],
  },
  {
    id: "3",
    name: "Tools",
    source: ["account_id=9"],
    method: "proportional",
    targets: [{ account_id: "2", percent: null }],
  },
];

describe("rules for shared costs", () => {
  it("survive the form", () => {
    expect(plainRules(draftOf(saved))).toEqual(saved);
    expect(rulesProblem(draftOf(saved))).toBeUndefined();
  });
  it("say what is missing before they can be saved", () => {
    const rule = { ...newRule(), name: "x" };
    expect(ruleProblem(newRule())).toBe("Enter a name.");
    expect(ruleProblem(rule)).toContain("add a filter");
    const filters = [{ dimension: "service", exclude: false, values: ["a"] }];
    expect(ruleProblem({ ...rule, filters })).toBeUndefined();
    expect(ruleProblem({ ...rule, filters, everyone: false })).toContain("Choose the accounts");
    const targets = [{ accountId: "1", percent: "50" }];
    expect(ruleProblem({ ...rule, filters, method: "fixed", targets })).toContain("50 % is missing");
    expect(rulesProblem([...draftOf(saved), rule])).toContain("Rule 4: Choose what is shared");
  });
  it("have targets of their own when the shares are fixed, and percentages only then", () => {
    const targets = [{ accountId: "1", percent: "100" }];
    const rule = { ...newRule(), targets };
    expect(plainRules([{ ...rule, method: "fixed", everyone: true }])[0]?.targets).toHaveLength(1);
    expect(plainRules([{ ...rule, method: "even", everyone: true }])[0]?.targets).toEqual([]);
    expect(plainRules([{ ...rule, method: "even", everyone: false }])[0]?.targets[0]?.percent).toBeNull();
  });
  it("are told in words", () => {
    const [support, network, tools] = draftOf(saved);
    if (!support || !network || !tools) throw new Error("a rule is missing");
    const name = (id: string) => `Account ${id}`;
    expect(sourceSentence(network.filters, undefined)).toBe(
      "Account id is 1, and Region is neither a,b nor c",
    );
    expect(splitSentence(support, name)).toBe("is split evenly among all other accounts");
    expect(splitSentence(network, name)).toBe("is borne 60 % by Account 2 and 40 % by Account 3");
    expect(splitSentence(tools, name)).toBe("is split in proportion to their other costs among Account 2");
    const many = {
      ...tools,
      targets: ["1", "2", "3", "4", "5", "6"].map((accountId) => ({ accountId, percent: "" })),
    };
    expect(splitSentence(many, name)).toContain("Account 4 and 2 more");
  });
});
