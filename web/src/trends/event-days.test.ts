import { describe, expect, it } from "vitest";
import { daySpoken, isOfEvent } from "./event-days";

const event = { first_day: "2026-11-20", last_day: "2026-11-22" };
const day = {
  day: "2026-11-20",
  cost: "12.5",
  whole: true,
  watched: null,
  expected: "4",
  low: "3",
  high: "5.1",
};

describe("days of an event", () => {
  it("are those between its ends, both within", () => {
    expect(
      ["2026-11-19", "2026-11-20", "2026-11-22", "2026-11-23"].map((one) => isOfEvent(one, event)),
    ).toEqual([false, true, true, false]);
  });

  it("are read with what was expected of them", () => {
    expect(daySpoken(day, event, "USD")).toBe(
      "20 Nov 2026, Cost $12.50, Expected $4.00, Regular $3.00 to $5.10, Day of the event",
    );
    expect(daySpoken({ ...day, watched: "20" }, event, "USD")).toContain(
      "Cost $12.50, All of what it is a part of $20.00, Expected",
    );
    const bare = { ...day, day: "2026-11-30", whole: false, expected: null, low: null, high: null };
    expect(daySpoken(bare, event, "USD")).toBe("30 Nov 2026, Cost $12.50, not complete yet");
  });
});
