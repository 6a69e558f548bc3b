import { describe, expect, it } from "vitest";
import { dots, monthColumns } from "./backtest-dots";

const months = [
  { month: "2026-10", events: 2 },
  { month: "2026-11", events: 0 },
];
const one = {
  object: {},
  words: "EC2",
  direction: "increase",
  first_day: "2026-10-01",
  last_day: "2026-10-02",
  excess: "1000",
} as const;

describe("the picture of a back-test", () => {
  it("names its months", () => {
    expect(monthColumns({ months }).map(({ label, events }) => `${label} ${events}`)).toEqual([
      "Oct 2",
      "Nov 0",
    ]);
  });

  it("places events by day, and by size in steps of ten", () => {
    const [large, small] = dots({
      months,
      found: [one, { ...one, words: "S3", first_day: "2026-11-01", direction: "decrease", excess: "-100" }],
    });
    expect(large?.x).toBe(0);
    expect(small?.x).toBe(50);
    expect(large?.y).toBeLessThan(small?.y ?? 0);
    expect(small?.increase).toBe(false);
  });

  it("leaves out what began before, and is empty without events", () => {
    expect(dots({ months, found: [{ ...one, first_day: "2026-09-30" }] })).toEqual([]);
    expect(dots({ months: [], found: [one] })).toEqual([]);
    expect(dots({ months, found: [] })).toEqual([]);
  });
});
