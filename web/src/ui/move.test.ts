import { describe, expect, it } from "vitest";
import { moved, replaced, without } from "./move";

describe("rules in order", () => {
  const list = ["a", "b", "c"];
  it("change places with their neighbours", () => {
    expect(moved(list, 1, -1)).toEqual(["b", "a", "c"]);
    expect(moved(list, 1, 1)).toEqual(["a", "c", "b"]);
    expect(list).toEqual(["a", "b", "c"]);
  });
  it("stay where there is no neighbour", () => {
    expect(moved(list, 0, -1)).toEqual(list);
    expect(moved(list, 2, 1)).toEqual(list);
    expect(moved(list, 7, -1)).toEqual(list);
  });
  it("are taken out and replaced by place", () => {
    expect(without(list, 1)).toEqual(["a", "c"]);
    expect(replaced(list, 2, "d")).toEqual(["a", "b", "d"]);
  });
});
