import { describe, expect, it } from "vitest";
import { initialState } from "../address/state";
import type { Costs } from "../api/types";
import { restByCharge } from "./rest";

const row = (key: string, other = false) => ({ keys: [key], other });
const costs = (...keys: string[]) =>
  ({ rows: [...keys.map((key) => row(key)), row("", true)] }) as unknown as Costs;
const filter = (exclude: boolean, ...values: string[]) => ({ dimension: "service", exclude, values });
const rest = (shown: Costs, ...filters: ReturnType<typeof filter>[]) =>
  restByCharge({ ...initialState, filters }, ["service"], shown).filters;

describe("the rest of a table, by kind of charge", () => {
  it("is what the page keeps without what is shown", () => {
    expect(rest(costs("a", "b"))).toEqual([filter(true, "a", "b")]);
    expect(rest(costs("a", "b"), filter(false, "a", "b", "c", "d"))).toEqual([filter(false, "c", "d")]);
    expect(rest(costs("a", "b"), filter(true, "x"))).toEqual([filter(true, "x", "a", "b")]);
  });
  it("is explained where an address cannot name it", () => {
    const many = costs(...Array.from({ length: 60 }, (_, at) => String(at)));
    expect(restByCharge(initialState, ["service"], many).explain?.target).toBe("other");
    expect(restByCharge(initialState, ["service", "region"], costs("a")).explain?.target).toBe("other");
  });
});
