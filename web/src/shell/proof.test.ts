import { describe, expect, it } from "vitest";
import type { Period } from "../api/types";
import { proofOf } from "./proof";

const month: Period = {
  connection: "c",
  period: "2026-10",
  stage: "complete",
  proven: true,
  rows: 10,
  bytes: 100,
  raw_total: "12.5",
  stored_total: "12.5",
  difference: "0",
  open: false,
  published_at: "2026-10-23T00:00:00Z",
};

describe("the proof badge", () => {
  it("is green only when every month is proven and nothing failed", () => {
    expect(proofOf({ periods: [month, month], failures: [] }).state).toBe("proven");
    expect(proofOf({ periods: [month, { ...month, proven: false }], failures: [] }).state).toBe("partial");
    const failure = { period: null, file: "a.csv", message: "truncated", advice: "deliver it again" };
    expect(proofOf({ periods: [month], failures: [failure] }).state).toBe("partial");
  });
  it("is red on the smallest difference, whatever the flag says", () => {
    const off = { ...month, difference: "-0.000000000000000001" };
    expect(proofOf({ periods: [month, off], failures: [] }).state).toBe("broken");
  });
});
