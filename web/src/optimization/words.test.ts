import { describe, expect, it } from "vitest";
import {
  estimate,
  hoursText,
  kindLabel,
  perHour,
  rangeText,
  rateText,
  serviceLabel,
  shortId,
  smallRateText,
  sumKnown,
  yearly,
} from "./words";

describe("figures of Optimization", () => {
  it("writes ratios as percentages by their digits", () => {
    expect(rateText("0.7125")).toBe("71.3 %");
    expect(rateText("-0.0312")).toBe("−3.1 %");
    expect(rateText(null)).toBe("–");
  });

  it("does not let a small difference be nothing", () => {
    expect(smallRateText("0")).toBe("0 %");
    expect(smallRateText("0.000006")).toBe("0.000600 %");
    expect(smallRateText("0.0000000001")).toBe("<0.000001 %");
    expect(smallRateText("0.0123")).toBe("1.23 %");
  });

  it("shows estimates without cents, unless cents are all there is", () => {
    expect(estimate("1234.56", "USD")).toBe("$1,235");
    expect(estimate("3.456", "USD")).toBe("$3.46");
    expect(estimate(null, "USD")).toBe("–");
    expect(rangeText("12", "34", "USD")).toBe("$12 – $34");
    expect(rangeText("1.2", "3.4", "USD")).toBe("$1.20 – $3.40");
    expect(rangeText(null, "34", "USD")).toBe("$34");
    expect(rangeText(null, null, "USD")).toBe("–");
  });

  it("keeps what is not known apart from nothing", () => {
    expect(yearly(null)).toBeNull();
    expect(yearly("1.05")).toBe("12.6");
    expect(sumKnown(["1", null, "2.5"])).toBe("3.5");
    expect(sumKnown([null, null])).toBeNull();
    expect(sumKnown([])).toBe("0");
    expect(hoursText("1234.4")).toBe("1,234 h");
    expect(hoursText(null)).toBe("–");
  });

  it("names commitments", () => {
    expect(perHour("12.3456", "USD")).toBe("$12.346/h");
    expect(kindLabel("ec2")).toBe("EC2 Instance SP");
    expect(kindLabel("reserved")).toBe("Reserved");
    expect(serviceLabel("AmazonES")).toBe("OpenSearch");
    expect(serviceLabel("SomethingNew")).toBe("SomethingNew");
    expect(shortId("arn:aws:savingsplans::1:savingsplan/0a1b")).toBe("0a1b");
    expect(shortId("plain")).toBe("plain");
  });
});
