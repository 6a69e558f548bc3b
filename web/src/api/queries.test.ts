import { describe, expect, it, vi } from "vitest";
import type { Overview } from "./types";

// The client behind the questions asks where the page is.
vi.stubGlobal("window", { location: { origin: "http://costs.example" } });
const { dataVersion } = await import("./queries");

describe("the version of the data", () => {
  it("changes with the accounts of a part, also when they are as many", () => {
    const version = (scope: string) => {
      const part = { subsets: [{ id: "s1", name: "Retail" }], deleted: 0, accounts: 2, scope };
      return dataVersion({ part, periods: [] } as unknown as Overview);
    };
    expect(version("a")).not.toBe(version("b"));
    expect(version("a")).toBe(version("a"));
  });
});
