import { describe, expect, it } from "vitest";
import { amountText, type Change, direction, percentText } from "./change";

const change = (kind: Change["kind"], amount: string | null, percent: number | null) =>
  ({ kind, amount, percent }) as Change;

describe("a change", () => {
  it("goes the way of the money: a credit that grows is no increase", () => {
    expect(direction(change("changed", "-5", -50))).toBe("down");
    expect(direction(change("new", "-5", null))).toBe("down");
    expect(direction(change("new", "5", null))).toBe("up");
    expect(direction(change("changed", "0", 0))).toBe("flat");
  });
  it("has no direction where nothing is known or there is nothing", () => {
    for (const one of [change("unknown", null, null), change("nothing", "0", null)]) {
      expect(direction(one)).toBe("flat");
      expect(percentText(one)).toBe("–");
      expect(amountText(one, "USD")).toBe("–");
    }
  });
  it("is in money and in percent, new and gone in words", () => {
    expect(amountText(change("changed", "12.4", 12.4), "USD")).toBe("+$12.40");
    expect(amountText(change("gone", "-3", -100), "USD")).toBe("−$3.00");
    expect(percentText(change("changed", "12.4", 12.4))).toBe("+12.4 %");
    expect(percentText(change("gone", "-3", -100))).toBe("gone");
    expect(percentText(change("new", "3", null))).toBe("new");
  });
});
