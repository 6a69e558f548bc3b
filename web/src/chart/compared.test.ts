import { describe, expect, it } from "vitest";
import type { Compared, Costs } from "../api/types";
import { comparedBars, comparedView } from "./compared";

const previous = (from: string, to: string, compared_from: string, compared_to: string) =>
  ({ from, to, compared_from, compared_to, unknown_connections: [] as string[] }) as unknown as Compared;
const costs = (view: string, from: string, to: string, periods: string[], totals: string[] = []) =>
  ({ view, from, to, periods, totals }) as unknown as Costs;
const days = (from: string, count: number) =>
  Array.from({ length: count }, (_, at) =>
    new Date(Date.parse(`${from}T00:00:00Z`) + at * 86_400_000).toISOString().slice(0, 10),
  );

describe("what stands beside a bar", () => {
  it("is the same day of the month before where spans begin with a month", () => {
    const against = previous("2026-09-01", "2026-09-03", "2026-10-01", "2026-10-03");
    const found = costs("day", "2026-09-01", "2026-09-03", days("2026-09-01", 2), ["10", "-4"]);
    const shown = costs("day", "2026-10-01", "2026-10-04", days("2026-10-01", 3));
    expect(comparedView("day", against)).toBe("day");
    const [first, second, third] = comparedBars(shown, against, found, ["15", "-6", "1"]);
    expect(first).toMatchObject({ title: "1 Sep 2026", figure: "10", change: { amount: "5", percent: 50 } });
    // A credit that grows costs less.
    expect(second?.change).toEqual({ kind: "changed", amount: "-2", percent: -50 });
    expect(third).toBeUndefined();
  });
  it("is nothing on a day that the other month does not have", () => {
    const against = previous("2026-09-01", "2026-10-01", "2026-10-01", "2026-11-01");
    const found = costs("day", "2026-09-01", "2026-10-01", days("2026-09-01", 30), Array(30).fill("1"));
    const shown = costs("day", "2026-10-01", "2026-11-01", days("2026-10-01", 31));
    const bars = comparedBars(shown, against, found, Array(31).fill("1"));
    expect(bars[29]?.title).toBe("30 Sep 2026");
    expect(bars[30]).toBeUndefined();
  });
  it("is as many days before for weeks, which begin on any day of the other span", () => {
    // 7 Oct 2026 is a Wednesday: the first and the last week are parts.
    const against = previous("2026-09-27", "2026-10-07", "2026-10-07", "2026-10-17");
    expect(comparedView("week", against)).toBe("day");
    const found = costs("day", "2026-09-27", "2026-10-07", days("2026-09-27", 10), Array(10).fill("2"));
    const shown = costs("week", "2026-10-07", "2026-10-18", ["2026-10-05", "2026-10-12"]);
    const [first, second] = comparedBars(shown, against, found, ["20", "0"]);
    expect(first).toMatchObject({ title: "27 Sep – 1 Oct 2026", figure: "10", change: { percent: 100 } });
    // Its last day is not complete: no change, but a figure.
    expect(second).toMatchObject({ title: "2 Oct – 6 Oct 2026", figure: "10", change: undefined });
  });
  it("has no change where the other span has fewer days, or fewer connections", () => {
    const against = previous("2026-09-01", "2026-10-01", "2026-10-01", "2026-11-01");
    const found = costs("day", "2026-09-01", "2026-10-01", days("2026-09-01", 30), Array(30).fill("1"));
    const shown = costs("week", "2026-10-01", "2026-11-01", ["2026-10-19", "2026-10-26"]);
    const [whole, short] = comparedBars(shown, against, found, ["7", "6"]);
    expect(whole).toMatchObject({ figure: "7", change: { percent: 0 } });
    // Six days of October, five that September still has.
    expect(short).toMatchObject({ figure: "5", change: undefined });
    const parted = { ...against, unknown_connections: ["new"] };
    expect(comparedBars(shown, parted, found, ["14", "6"])[0]).toMatchObject({
      figure: "7",
      change: undefined,
    });
  });
  it("is a month for a month, and says which days of it", () => {
    const against = previous("2025-09-01", "2025-10-20", "2026-09-01", "2026-10-20");
    expect(comparedView("month", against)).toBe("month");
    const found = costs("month", "2025-09-01", "2025-10-20", ["2025-09-01", "2025-10-01"], ["0", "5"]);
    const shown = costs("month", "2026-09-01", "2026-10-21", ["2026-09-01", "2026-10-01"]);
    const [first, second] = comparedBars(shown, against, found, ["3", "5"]);
    expect(first).toMatchObject({ title: "Sep 2025", change: { kind: "new", percent: null } });
    expect(second).toMatchObject({ title: "1 Oct – 19 Oct 2025", figure: "5", change: undefined });
  });
  it("is the same hour of the other day", () => {
    const against = previous("2026-10-05", "2026-10-06", "2026-10-06", "2026-10-07");
    const found = costs("hour", "2026-10-05", "2026-10-06", ["2026-10-05T13:00:00Z"], ["4"]);
    const shown = costs("hour", "2026-10-06", "2026-10-07", ["2026-10-06T12:00:00Z", "2026-10-06T13:00:00Z"]);
    const [first, second] = comparedBars(shown, against, found, ["1", "0"]);
    expect(first).toBeUndefined();
    expect(second).toMatchObject({ title: "5 Oct 2026, 13:00 UTC", change: { kind: "gone", percent: -100 } });
  });
});
