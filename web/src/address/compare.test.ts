import { describe, expect, it } from "vitest";
import { compareText, readCompare } from "./compare";
import { pinned, readState, writeState } from "./state";

describe("what figures are compared with", () => {
  it("is written as it is read, and falls back to the span before", () => {
    for (const text of ["previous", "year", "2026-01-01..2026-02-01"]) {
      expect(compareText(readCompare(text))).toBe(text);
    }
    for (const text of [
      undefined,
      "",
      "next",
      "2026-02-01..2026-01-01",
      "2026-02-30..2026-03-01",
      "2026-01-01",
    ]) {
      expect(readCompare(text)).toBe("previous");
    }
  });
  it("stays in the address, and so in links and saved reports", () => {
    expect(writeState(readState({ compare: "year" }))).toEqual({ compare: "year" });
    expect(writeState(readState({ compare: "2026-01-01..2026-02-01", tab: "service" }))).toEqual({
      compare: "2026-01-01..2026-02-01",
      tab: "service",
    });
    expect(writeState(readState({ compare: "previous" }))).toEqual({});
  });
  it("is pinned with the named span to the days that it means now", () => {
    const span = { from: "2026-11-01", to: "2026-11-30" };
    const now = readState({ time: "this-month", tab: "service" });
    expect(writeState(pinned(now, span))).toEqual({ ...span, tab: "service" });
    expect(writeState(pinned(readState({ time: "last-7-days", compare: "year" }), span))).toEqual({
      ...span,
      compare: "year",
    });
  });
});
