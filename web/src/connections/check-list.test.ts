import { describe, expect, it } from "vitest";
import type { Check } from "../api/types";
import { withCheck } from "./check-list";

const check = (name: string, state: Check["state"]) => ({ check: name, state }) as Check;

describe("checks as they arrive", () => {
  it("replace what they were, in place, and new ones follow", () => {
    const before = [check("a", "running"), check("b", "waiting")];
    expect(withCheck(before, check("a", "passed"))).toEqual([check("a", "passed"), check("b", "waiting")]);
    expect(withCheck(before, check("c", "waiting"))).toHaveLength(3);
  });
});
