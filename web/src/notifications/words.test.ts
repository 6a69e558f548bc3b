import { describe, expect, it } from "vitest";
import { isCadence, isKind, isSeverity, kindWords, outcomeWords } from "./words";

describe("words of notifications", () => {
  it("say what came of a try", () => {
    expect(outcomeWords({ outcome: "delivered", status: 204 })).toBe("Delivered, HTTP 204");
    expect(outcomeWords({ outcome: "later", status: null })).toBe("Not taken, is tried again");
  });
  it("know their values", () => {
    expect(isKind("slack") && isCadence("weekly") && isSeverity("high")).toBe(true);
    expect(isKind("fax") || isCadence("monthly") || isSeverity(null)).toBe(false);
    expect(kindWords("pagerduty").read).toBe(false);
  });
});
