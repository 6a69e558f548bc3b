import { describe, expect, it } from "vitest";
import { stepAt, stepsOf } from "./steps";

describe("the wizard", () => {
  it("has seven steps for a role, then verification and processing", () => {
    expect(stepsOf("aws_role").map((step) => step.id)).toEqual([
      "log-in",
      "billing-access",
      "report",
      "bucket",
      "template",
      "create",
      "role",
      "verify",
      "processing",
    ]);
    expect(stepsOf("local").map((step) => step.id)).toEqual(["source", "verify", "processing"]);
  });
  it("opens where the address says, else where it was left, else at the start", () => {
    const steps = stepsOf("aws_role");
    expect(stepAt(steps, "bucket", "role")).toBe(3);
    expect(stepAt(steps, undefined, "role")).toBe(6);
    expect(stepAt(steps, "nonsense", null)).toBe(0);
  });
});
