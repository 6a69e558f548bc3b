import { describe, expect, it } from "vitest";
import { billedParts } from "./billed-parts";

const row = (key: string, total: string) => ({ keys: [key], total });

describe("what is not billed by the hour", () => {
  it("is told by the length of its time, and apart where no report tells it", () => {
    const rows = [row("Hour", "10"), row("Day", "2.5"), row("Longer", "1"), row("", "0.25")];
    expect(billedParts(rows)).toEqual({ day: "2.5", longer: "1", unknown: "0.25", together: "3.75" });
  });
  it("is nothing to speak of when all is billed by the hour", () => {
    expect(billedParts([row("Hour", "10"), row("Day", "0")])).toBeUndefined();
  });
});
