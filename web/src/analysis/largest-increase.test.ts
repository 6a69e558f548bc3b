import { describe, expect, it } from "vitest";
import type { Costs } from "../api/types";
import { largestIncrease } from "./largest-increase";

const day = (at: number) => `2026-10-${String(at).padStart(2, "0")}`;
const periods = Array.from({ length: 30 }, (_, at) => day(at + 1));
const row = (key: string, amount: string, kind = "changed", figures = periods.map(() => "1")) => ({
  keys: [key],
  labels: [key],
  other: key === "other",
  figures,
  total: "100",
  previous_total: "1",
  change: { kind, amount, percent: 1, compared_total: "100" },
});
const costs = (...rows: ReturnType<typeof row>[]) => ({ view: "day", periods, rows }) as unknown as Costs;
const once = periods.map((_, at) => (at === 3 ? "50" : "0"));

describe("the largest increase", () => {
  it("is the largest in money, not in percent, and never the rest", () => {
    const all = costs(row("a", "5"), row("b", "9"), row("other", "90"));
    expect(largestIncrease(all, all)?.keys).toEqual(["b"]);
  });
  it("passes over what comes once a month, by its kind or by its days", () => {
    const all = costs(row("Support", "90"), row("Licence", "50", "changed", once), row("EC2", "4"));
    const steady = costs(row("Licence", "50", "changed", once), row("EC2", "4"));
    expect(largestIncrease(all, steady)?.keys).toEqual(["EC2"]);
  });
  it("names it when it is new", () => {
    const all = costs(row("Support", "90", "new", once), row("EC2", "4"));
    expect(largestIncrease(all, costs(row("EC2", "4")))?.keys).toEqual(["Support"]);
  });
  it("is none where a row fell as a whole, and where nothing is known", () => {
    expect(largestIncrease(costs(row("EC2", "-3")), costs(row("EC2", "4")))).toBeUndefined();
    const unknown = { ...row("EC2", "0"), change: { kind: "unknown", amount: null } };
    const nothing = costs(unknown as never);
    expect(largestIncrease(nothing, nothing)).toBeUndefined();
  });
});
