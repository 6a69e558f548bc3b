import { describe, expect, it } from "vitest";
import { compareDecimals, decimalText, parseDecimal, roundDecimal, shareText, sumDecimals } from "./decimal";

describe("exact decimals", () => {
  it("keeps every digit that a double would lose", () => {
    const text = "123456789012345678.000000000000000001";
    expect(decimalText(parseDecimal(text))).toBe(text);
    expect(String(Number(text))).not.toBe(text);
  });
  it("sums without drift", () => {
    expect(sumDecimals(Array(10).fill("0.1"))).toBe("1");
    expect(sumDecimals(["-0.000000000000000001", "0.000000000000000001"])).toBe("0");
    expect(sumDecimals([])).toBe("0");
  });
  it("orders by value, not by text", () => {
    expect(compareDecimals("9", "10")).toBeLessThan(0);
    expect(compareDecimals("-9", "-10")).toBeGreaterThan(0);
    expect(compareDecimals("1.50", "1.5")).toBe(0);
  });
  it("rounds half away from zero and never shows minus zero", () => {
    expect(roundDecimal("2.005", 2)).toBe("2.01");
    expect(roundDecimal("-2.005", 2)).toBe("-2.01");
    expect(roundDecimal("-0.0004", 2)).toBe("0.00");
    expect(roundDecimal("999.995", 2)).toBe("1000.00");
    expect(roundDecimal("1234.5", 0)).toBe("1235");
  });
  it("refuses what is not a figure", () => {
    for (const text of ["", "1e5", "NaN", "1,000", "."]) expect(() => parseDecimal(text)).toThrow();
  });
  it("says what part of a whole a figure is", () => {
    expect(shareText("1", "8")).toBe("12.5 %");
    expect(shareText("1", "0")).toBe("");
  });
});
