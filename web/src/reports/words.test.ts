import { describe, expect, it } from "vitest";
import type { Report, Schedule } from "../api/types";
import { reportAddress } from "./address";
import { findReports, isEmailAddress, recipientsProblem, reportNote, sameSchedule } from "./words";

const report = (change: Partial<Report>): Report => ({
  id: "1",
  name: "Costs by team",
  address: "tab=tag",
  owner: { id: "u", name: "Ada Lovelace" },
  mine: true,
  shared: false,
  may_change: true,
  schedule: null,
  next_run: null,
  last_run: null,
  last_error: null,
  version: "v",
  ...change,
});

describe("saved reports", () => {
  const own = report({});
  const shared = report({ id: "2", name: "Spot costs", mine: false, shared: true });
  it("are found by their name and by who shares them, in any order of words", () => {
    expect(findReports([own, shared], "")).toEqual([own, shared]);
    expect(findReports([own, shared], "  COSTS ")).toEqual([own, shared]);
    expect(findReports([own, shared], "team costs")).toEqual([own]);
    expect(findReports([own, shared], "ada")).toEqual([shared]);
    expect(findReports([own, shared], "ada team")).toEqual([]);
  });
  it("say who sees them and whether they are sent", () => {
    const schedule: Schedule = { frequency: "weekly", recipients: ["a@b.c"] };
    expect(reportNote(own)).toBe("");
    expect(reportNote(report({ shared: true }))).toBe("Shared with the organization");
    expect(reportNote(shared)).toBe("Shared by Ada Lovelace");
    expect(reportNote(report({ schedule }))).toBe("Sent weekly");
    expect(reportNote(report({ ...shared, schedule, last_error: "x" }))).toBe(
      "Shared by Ada Lovelace · sent weekly · the last sending failed",
    );
  });
  it("are the same whatever the order of their address, and without what was explained", () => {
    expect(reportAddress("metric=unblended&tab=service")).toBe(reportAddress("tab=service&metric=unblended"));
    expect(reportAddress("tab=service&explain=total&page=2")).toBe(reportAddress("tab=service"));
    expect(reportAddress("tab=account")).toBe("");
  });
});

describe("recipients", () => {
  it("are addresses", () => {
    for (const good of ["a@b.c", "ada@localhost", "ünïcode@example.com"]) {
      expect(isEmailAddress(good)).toBe(true);
    }
    for (const bad of ["", "ada", "a@", "@b", "a@b@c", "a b@c", "<a@b>", `${"x".repeat(65)}@b`]) {
      expect(isEmailAddress(bad)).toBe(false);
    }
  });
  it("say what is wrong with them", () => {
    expect(recipientsProblem([])).toBe("Enter at least one address.");
    expect(recipientsProblem(["a@b.c"])).toBeUndefined();
    expect(recipientsProblem(["a@b.c", "ada"])).toContain("“ada”");
  });
  it("make another schedule when they change", () => {
    const weekly: Schedule = { frequency: "weekly", recipients: ["a@b.c"] };
    expect(sameSchedule(null, null)).toBe(true);
    expect(sameSchedule({ ...weekly }, weekly)).toBe(true);
    expect(sameSchedule(null, weekly)).toBe(false);
    expect(sameSchedule({ ...weekly, frequency: "daily" }, weekly)).toBe(false);
    expect(sameSchedule({ ...weekly, recipients: [] }, weekly)).toBe(false);
  });
});
