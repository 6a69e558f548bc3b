import { describe, expect, it } from "vitest";
import { sumDecimals } from "../lib/decimal";
import { waterfallSteps } from "./waterfall";

describe("a waterfall", () => {
  const steps = waterfallSteps({
    before: "100",
    now: "160.000000000000000001",
    rate: "10",
    quantity: "50.000000000000000001",
    new: "20",
    gone: "-20",
  });

  it("leads from the cost before to the cost now, exactly", () => {
    expect(steps.map((one) => one.name)).toEqual(["Before", "Price", "Quantity", "New", "Gone", "Now"]);
    const [before, ...rest] = steps.map((one) => one.amount);
    const now = rest.pop();
    expect(sumDecimals([before ?? "", ...rest])).toBe(now);
  });

  it("has each bar begin where the last one ended", () => {
    expect(steps[1]?.from).toBeCloseTo(steps[0]?.width ?? 0);
    expect(steps[4]?.kind).toBe("less");
    expect(steps[4]?.from).toBeCloseTo(steps[5]?.width ?? 0);
    expect(Math.max(...steps.map((one) => one.from + one.width))).toBeCloseTo(100);
  });

  it("stays a picture where there is no cost", () => {
    const nothing = { before: "0", now: "0", rate: "0", quantity: "0", new: "0", gone: "0" };
    expect(waterfallSteps(nothing).every((one) => one.width === 0 && one.from === 0)).toBe(true);
  });
});
