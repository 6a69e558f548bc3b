import { describe, expect, test } from "vitest";
import { barParts, barWords, leftText, percentText, shortPeriod, stateWords } from "./words";

const span = {
  from: "2026-11-01",
  to: "2026-12-01",
  words: "November 2026",
  amount: "100",
  actual: "50",
  complete: false,
  forecast: 80,
  forecast_low: 70,
  forecast_high: 90,
  percent: 50,
  forecast_percent: 80,
  state: "within",
} as const;

describe("budgets", () => {
  test("what is not known is neither good nor bad", () => {
    expect(stateWords.unknown.tone).toBe("idle");
    expect(stateWords.no_forecast.tone).toBe("idle");
  });
  test("what is left is exact to the cent", () => {
    expect(leftText({ amount: "100", actual: "99.995" }, "USD")).toBe("$0.01 left");
    expect(leftText({ amount: "100", actual: "100.5" }, "USD")).toBe("$0.50 over");
    expect(leftText({ amount: "100", actual: null }, "USD")).toBe("");
  });
  test("a bar holds all that it shows", () => {
    const parts = barParts(span, [
      { percent: 80, basis: "actual" },
      { percent: 100, basis: "forecast" },
      { percent: 900, basis: "actual" },
    ]);
    expect(parts?.amount).toBeCloseTo(100 / 1.06);
    expect(parts?.actual).toBeCloseTo(50 / 1.06);
    expect(parts?.forecast?.low).toBeCloseTo(70 / 1.06);
    expect(parts?.ticks.map((tick) => tick.percent)).toEqual([80]);
    const wide = barParts({ ...span, forecast_high: 1e9 }, []);
    expect(wide?.amount).toBeCloseTo(50 / 1.06);
    expect(wide?.forecast?.high).toBe(100);
    expect(
      barParts({ ...span, forecast: null, forecast_low: null, forecast_high: null }, []),
    ).not.toHaveProperty("forecast");
    expect(barParts({ ...span, actual: null }, [])).toBeUndefined();
  });
  test("a bar is told in words", () => {
    expect(barWords(span, "USD")).toBe("$50.00 of $100.00 spent, 50 %; forecast $80.00, 80 %");
    expect(barWords({ ...span, actual: null }, "USD")).toBe("cost not known, of $100.00");
    expect(percentText(8.44)).toBe("8.4 %");
    expect(percentText(6478943.4)).toBe("6,478,943 %");
    expect(percentText(null)).toBe("");
  });
  test("periods have short names", () => {
    expect(shortPeriod(span, "month")).toBe("Nov");
    expect(shortPeriod(span, "year")).toBe("Nov 26");
  });
});
