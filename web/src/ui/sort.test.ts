import { describe, expect, it } from "vitest";
import { compareNames, readSort, sorted, sortText } from "./sort";

const start = { column: "name", descending: false };

describe("an order of rows", () => {
  it("is written into the address and read from it", () => {
    for (const sort of [start, { column: "cost", descending: true }]) {
      expect(readSort(sortText(sort), start)).toEqual(sort);
    }
    expect(readSort(undefined, start)).toEqual(start);
  });
  it("counts numbers in names as numbers", () => {
    const rows = ["Account 10", "Account 9", "billing"];
    expect(sorted(rows, start, { name: compareNames })).toEqual(["Account 9", "Account 10", "billing"]);
    expect(sorted(rows, { ...start, descending: true }, { name: compareNames })[0]).toBe("billing");
  });
  it("leaves rows as they are for a column that is none", () => {
    expect(sorted([2, 1], { column: "toString", descending: true }, {})).toEqual([2, 1]);
  });
});
