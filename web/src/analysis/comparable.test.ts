import { describe, expect, it } from "vitest";
import type { Costs } from "../api/types";
import { comparable } from "./comparable";

const costs = { previous: { from: "2025-10-01", to: "2025-11-01", total: "5" } } as Costs;

describe("a comparison", () => {
  it("needs a span before that the data covers from its first day", () => {
    expect(comparable(costs, { data_from: "2025-10-01" }).previous).toEqual(costs.previous);
    expect(comparable(costs, { data_from: "2025-10-02" }).previous).toBeNull();
    expect(comparable({ ...costs, previous: null }, { data_from: "2025-10-02" }).previous).toBeNull();
  });
});
