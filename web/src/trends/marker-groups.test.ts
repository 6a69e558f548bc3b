import { describe, expect, it } from "vitest";
import { placed } from "./marker-groups";

describe("marks of a chart", () => {
  it("stay apart, and stand for all that would lie on each other", () => {
    const items = [100, 12, 20, 130, 41, 129].map((x) => ({ x, item: `at ${x}` }));
    expect(placed(items)).toEqual([
      { x: 12, items: ["at 12", "at 20", "at 41"] },
      { x: 100, items: ["at 100", "at 129"] },
      { x: 130, items: ["at 130"] },
    ]);
    expect(placed([])).toEqual([]);
  });
});
