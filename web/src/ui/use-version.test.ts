import { describe, expect, it } from "vitest";
import { changedHere, followed } from "./use-version";

describe("versions", () => {
  it("go along with what this page changes, and with nothing else", () => {
    changedHere("a", "b");
    changedHere("b", "c");
    expect(followed("a", "c")).toBe("c");
    expect(followed("a", "somebody's")).toBe("c");
    expect(followed("x", "y")).toBe("x");
  });

  it("end where a thing is as it was before", () => {
    changedHere("on", "off");
    changedHere("off", "on");
    expect(followed("on", "on")).toBe("on");
    expect(["on", "off"]).toContain(followed("on", "somebody's"));
  });
});
