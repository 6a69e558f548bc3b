import { expect, it } from "vitest";
import { monthly, niceTicks } from "./curve-scale";

it("projects a look-back to a month of 730 hours", () => {
  expect(monthly(168, 168)).toBe(730);
  expect(monthly(1, 0)).toBe(0);
});

it("has round values on both sides of what is drawn", () => {
  expect(niceTicks(0, 100)).toEqual([0, 25, 50, 75, 100]);
  expect(niceTicks(-30, 100)).toEqual([-50, 0, 50, 100]);
  expect(niceTicks(0, 0.05)).toEqual([0, 0.02, 0.04, 0.06]);
  expect(niceTicks(5, 5).length).toBeGreaterThan(1);
  expect(niceTicks(0, 0)).toEqual([0, 0.25]);
});
