import { describe, expect, it } from "vitest";
import { outdated } from "./happenings";
import { whileUntold } from "./told";

describe("what happens", () => {
  const stand = { data: "a", health: "b", work: "c" };

  it("renews what shows it, and nothing else", () => {
    expect(outdated(stand, stand)).toEqual([]);
    expect(outdated(stand, { ...stand, health: "x" })).toEqual(["overview", "connections", "connection"]);
    expect(outdated(undefined, stand)).toContain("overview");
  });

  it("is asked for while nobody tells it", () => {
    expect(whileUntold(20_000)).toBe(20_000);
  });
});
