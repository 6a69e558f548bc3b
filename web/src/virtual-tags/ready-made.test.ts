import { describe, expect, it } from "vitest";
import { readyMade } from "./ready-made";

describe("ready-made virtual tags", () => {
  const made = readyMade(["Amazon Elastic Compute Cloud", "Amazon S3", ""]);
  it("have rules that can be saved", () => {
    for (const { rules } of made) {
      for (const rule of rules) {
        expect(rule.value.trim()).not.toBe("");
        expect(rule.conditions.length).toBeGreaterThan(0);
        for (const one of rule.conditions) expect(one.values.filter(Boolean)).toEqual(one.values);
      }
    }
  });
  it("find instances and what else EC2 is made of", () => {
    const [parts] = made;
    const pattern = new RegExp(parts?.rules[0]?.conditions[1]?.values[0] ?? "");
    for (const type of ["BoxUsage:m5.large", "EUC1-SpotUsage:c7g.xlarge", "USE1-DedicatedUsage:m5.large"]) {
      expect(pattern.test(type)).toBe(true);
    }
    for (const type of ["EBS:VolumeUsage.gp3", "EUC1-NatGateway-Hours", "CPUCredits:t3"]) {
      expect(pattern.test(type)).toBe(false);
    }
  });
  it("keep the services of the bill in Cost Explorer's grouping", () => {
    const values = made[1]?.rules.map((one) => one.value);
    expect(values).toEqual(["Tax", "EC2-Instances", "EC2-ELB", "EC2-Other", "Amazon S3"]);
  });
});
