import { describe, expect, it } from "vitest";
import type { Proof } from "../api/types";
import { lackOf, missing, type PartName, type PartState, verdictOf } from "./proof";

function proof(states: Partial<Record<PartName, PartState>> = {}): Proof {
  const part = (name: PartName) => ({ state: states[name] ?? ("holds" as const), reason: "why" });
  return { copied: part("copied"), complete: part("complete"), amortized: part("amortized") };
}

const verdict = (states: Partial<Record<PartName, PartState>> = {}) =>
  verdictOf({ proof: proof(states), failures: [] });

describe("the proof badge", () => {
  it("is green only when all three parts hold and nothing failed", () => {
    expect(verdict()).toEqual({ state: "proven", label: "Proven to the bill" });
    const failure = {
      kind: "month" as const,
      connection: "c",
      first_at: null,
      last_at: null,
      times: 1,
      ended_at: null,
      period: null,
      file: "a.csv",
      message: "truncated",
      advice: "deliver it again",
    };
    expect(verdictOf({ proof: proof(), failures: [failure] })).toEqual({
      state: "partial",
      label: "Reports not read",
    });
    for (const part of ["copied", "complete", "amortized"] as const) {
      for (const state of ["broken", "unavailable", "unknown"] as const) {
        expect(verdict({ [part]: state }).state).not.toBe("proven");
      }
    }
  });
  it("does not change when a source cannot be looked at, or brings nothing new", () => {
    for (const kind of ["look", "gone", "stopped"] as const) {
      const failure = {
        kind,
        connection: "c",
        first_at: null,
        last_at: null,
        times: 1,
        ended_at: null,
        period: null,
        file: null,
        message: "denied",
        advice: "allow it",
      };
      expect(verdictOf({ proof: proof(), failures: [failure] }).state).toBe("proven");
    }
  });
  it("says which part is missing", () => {
    expect(verdict({ copied: "broken" })).toEqual({ state: "broken", label: "Does not match the bill" });
    expect(verdict({ complete: "broken" }).label).toBe("Files left out");
    expect(verdict({ amortized: "unavailable" }).label).toBe("Amortized not available");
    expect(verdict({ complete: "unknown", amortized: "unknown" }).label).toBe(
      "Files not accounted for, and more",
    );
  });
  it("names every part that does not hold", () => {
    const off = proof({ complete: "broken", amortized: "broken" });
    expect(missing(off)).toEqual(["complete", "amortized"]);
    expect(lackOf(off)).toBe("Files left out, amortized cost is off");
    expect(lackOf(proof())).toBe("");
  });
});
