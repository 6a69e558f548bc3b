import { describe, expect, it } from "vitest";
import { axisCut, reachOf } from "./cut";
import type { Series } from "./data";

const month = (first: number) => [first, ...Array.from({ length: 29 }, (_, day) => 500 + 10 * (day % 7))];
const cut = (up: number[], down = up.map(() => 0)) => axisCut({ up, down });
const first = (amount: number) => [amount, ...Array.from({ length: 29 }, () => 0)];

describe("the axis", () => {
  it("ends above the ordinary days when one day dwarfs them, and names that day", () => {
    expect(cut(month(6000))).toEqual({
      step: 200,
      top: 800,
      bottom: 0,
      bars: [{ at: 0, below: false }],
    });
  });
  it("ends below zero where one day's credits would halve the chart", () => {
    expect(cut(month(560), first(900))).toEqual({
      step: 200,
      top: 800,
      bottom: -200,
      bars: [{ at: 0, below: true }],
    });
    expect(cut(month(6000), first(900))?.bars).toHaveLength(2);
  });
  it("stays whole when nothing sticks out, or only a little", () => {
    expect(cut(month(520))).toBeUndefined();
    expect(cut(month(1100), first(150))).toBeUndefined();
  });
  it("cuts every first of a quarter, not only the tallest", () => {
    const bars = cut([...month(6000), ...month(3000), ...month(9000)])?.bars;
    expect(bars?.map((bar) => bar.at)).toEqual([0, 30, 60]);
  });
  it("never cuts few bars, nor bars of which many are tall", () => {
    expect(cut([9000, 1, 1, 1])).toBeUndefined();
    expect(cut([...month(6000).slice(0, 10), 6000, 6000])).toBeUndefined();
    expect(cut([0, 0, 0, 0, 0, 0, 0, 0, 0, 5000])).toBeUndefined();
    expect(
      cut(
        month(520),
        month(0).map((credit) => credit / 2),
      ),
    ).toBeUndefined();
  });
  it("measures what is visible, by its sign", () => {
    const series = [
      { hidden: false, heights: [10, -4] },
      { hidden: true, heights: [100, 100] },
      { hidden: false, heights: [-3, 2] },
    ] as unknown as Series[];
    expect(reachOf({ series, starts: ["a", "b"] })).toEqual({ up: [10, 2], down: [3, 4] });
  });
});
