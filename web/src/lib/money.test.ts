import { describe, expect, it } from "vitest";
import { formatCell, formatChange, formatCompact, formatExact, formatMoney, moneyRange } from "./money";

describe("a range of money", () => {
  it("is one figure where both ends read the same, and never nothing", () => {
    expect(moneyRange("12.4", "33.6", "USD", 0)).toBe("$12 – $34");
    expect(moneyRange("245.8", "246.3", "USD", 0)).toBe("$246");
    expect(moneyRange("0", "0.31", "USD", 0)).toBe("<$1");
    expect(moneyRange("0", "0", "USD", 0)).toBe("$0");
    expect(moneyRange("0.001", "0.004", "USD")).toBe("<$0.01");
  });
});

describe("money on screen", () => {
  it("groups and rounds digits that a double cannot hold", () => {
    expect(formatMoney("9007199254740993.125", "USD")).toBe("$9,007,199,254,740,993.13");
    expect(formatMoney("-1234.5", "EUR")).toBe("−€1,234.50");
    expect(formatMoney("12", "CHF", 0)).toBe("CHF 12");
  });
  it("shows every digit where asked", () => {
    expect(formatExact("1234.567800000000000001", "USD")).toBe("$1,234.567800000000000001");
  });
  it("does not round a small cost to nothing", () => {
    expect(formatCell("0", "USD")).toBe("–");
    expect(formatCell("0.0000001", "USD")).toBe("<$0.01");
    expect(formatCell("-0.001", "USD")).toBe(">−$0.01");
    expect(formatCell("0.005", "USD")).toBe("$0.01");
  });
  it("shortens axes", () => {
    expect(formatCompact(0, "USD")).toBe("$0");
    expect(formatCompact(1500, "USD")).toBe("$1.5k");
    expect(formatCompact(1250, "USD")).toBe("$1.25k");
    expect(formatCompact(-2_000_000, "USD")).toBe("−$2M");
    expect(formatCompact(0.25, "USD")).toBe("$0.25");
  });
  it("writes changes with a sign", () => {
    expect(formatChange(12.44)).toBe("+12.4 %");
    expect(formatChange(-3)).toBe("−3.0 %");
    expect(formatChange(0.01)).toBe("0.0 %");
    expect(formatChange(1234)).toBe("+1,234 %");
    expect(formatChange(null)).toBe("new");
  });
});
