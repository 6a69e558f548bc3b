import { describe, expect, it } from "vitest";
import type { Failure } from "../api/types";
import { sinceOf, titleOf } from "./failures";

const failure = (kind: Failure["kind"], more: Partial<Failure> = {}): Failure => ({
  kind,
  connection: "c",
  first_at: "2026-10-01T08:00:00Z",
  last_at: "2026-10-01T09:00:00Z",
  times: 1,
  ended_at: null,
  period: null,
  file: null,
  message: "denied",
  advice: "allow it",
  ...more,
});

describe("failures", () => {
  it("are counted by what they are", () => {
    expect(titleOf([failure("month")])).toBe("One report could not be read");
    expect(titleOf([failure("month"), failure("month"), failure("look")])).toBe(
      "2 reports could not be read, one source could not be read",
    );
    expect(titleOf([failure("stopped")])).toBe("Deliveries stopped");
  });
  it("say since when, how often, and when they were over", () => {
    expect(sinceOf(failure("look"))).toBe("Since 1 Oct 2026, 08:00:00 UTC");
    expect(sinceOf(failure("look", { times: 3, ended_at: "2026-10-01T10:00:00Z" }))).toBe(
      "Since 1 Oct 2026, 08:00:00 UTC; 3 times, last at 1 Oct 2026, 09:00:00 UTC; over at 1 Oct 2026, 10:00:00 UTC",
    );
    expect(sinceOf(failure("look", { first_at: null }))).toBe("");
  });
});
