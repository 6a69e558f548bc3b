import { describe, expect, it } from "vitest";
import type { Channel, NotificationRoute } from "../api/types";
import { isCadence, isKind, isRouted, isSeverity, kindWords, outcomeWords, quietWords } from "./words";

describe("words of notifications", () => {
  it("say what came of a try", () => {
    expect(outcomeWords({ outcome: "delivered", status: 204 })).toBe("Delivered, HTTP 204");
    expect(outcomeWords({ outcome: "later", status: null })).toBe("Not taken, is tried again");
  });
  it("say until when nothing is sent, and who wanted that", () => {
    const last = { status: 429 } as Channel["last"];
    expect(quietWords({ quiet_until: null, last })).toBeNull();
    expect(quietWords({ quiet_until: "2026-09-09T12:10:00Z", last })).toMatch(
      /HTTP \d+: left alone until .*12:10/,
    );
    expect(quietWords({ quiet_until: "2026-09-09T12:10:00Z", last: null })).toMatch(/did not take/);
  });
  it("know which channel gets nothing", () => {
    const route: NotificationRoute = { channels: ["a"], kinds: [], accounts: [], least: "low" };
    expect(isRouted("a", { routes: [route], fallback: [] })).toBe(true);
    expect(isRouted("b", { routes: [route], fallback: ["b"] })).toBe(true);
    expect(isRouted("b", { routes: [route], fallback: [] })).toBe(false);
  });
  it("know their values", () => {
    expect(isKind("slack") && isCadence("weekly") && isSeverity("high")).toBe(true);
    expect(isKind("fax") || isCadence("monthly") || isSeverity(null)).toBe(false);
    expect(kindWords("pagerduty").read).toBe(false);
  });
});
