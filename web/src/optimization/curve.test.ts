import { describe, expect, it } from "vitest";
import { isBound, onGrid, readCurve, sliderRange } from "./curve";
import type { CurvePoint } from "./types";

const point = (commitment: string, savings: string, utilization: string | null): CurvePoint => ({
  commitment,
  cost: String(100 - Number(savings)),
  savings,
  utilization,
  coverage: "0.5",
});
const curve = [point("0", "0", null), point("1", "10", "1"), point("3", "14", "0.8")];

describe("the curve under the slider", () => {
  it("is exact at its points", () => {
    expect(readCurve(curve, 1)).toMatchObject({ savings: 10, cost: 90, utilization: 1, coverage: 0.5 });
    expect(readCurve(curve, 3)).toMatchObject({ savings: 14, utilization: 0.8 });
    expect(readCurve(curve, 0)).toMatchObject({ savings: 0, utilization: null });
  });

  it("goes in lines between them, and utilisation by the used dollars", () => {
    // Half way from 1 to 3: used 1 × 1 and 3 × 0.8, in the middle 1.7, of 2.
    const middle = readCurve(curve, 2);
    expect(middle?.savings).toBe(12);
    expect(middle?.utilization).toBeCloseTo(0.85);
    expect(readCurve(curve, 0.5)).toMatchObject({ savings: 5, utilization: 1 });
  });

  it("is a bound where its points tell no utilisation", () => {
    expect(isBound(curve)).toBe(false);
    expect(isBound([point("0", "0", null), point("1", "10", null)])).toBe(true);
    expect(isBound([])).toBe(false);
  });

  it("ends where the points end", () => {
    expect(readCurve(curve, 9)).toMatchObject({ savings: 14 });
    expect(readCurve([], 1)).toBeUndefined();
  });

  it("has steps that are seen, on the grid", () => {
    expect(sliderRange({ curve })).toEqual({ max: 3, step: 0.02 });
    expect(sliderRange({ curve: [point("0", "0", null), point("0.05", "1", "1")] }).step).toBe(0.001);
    expect(onGrid(1.23456)).toBe("1.235");
  });
});
