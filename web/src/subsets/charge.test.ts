import { describe, expect, it } from "vitest";
import type { Billing } from "../api/types";
import { billingOf, chargeSentence, draftOf, sameBilling, sizeProblem } from "./charge";

const billing: Billing = { price: "cost", credits: true, refunds: true, tax: true, percent: "0" };

describe("billing rules", () => {
  it("survive the form", () => {
    for (const percent of ["0", "10", "-7.5"]) {
      expect(billingOf(draftOf({ ...billing, percent }))).toEqual({ ...billing, percent });
    }
    expect(billingOf(draftOf(null))).toBeNull();
  });
  it("are the same when their percentage is", () => {
    expect(sameBilling({ ...billing, percent: "10.0" }, { ...billing, percent: "10" })).toBe(true);
    expect(sameBilling({ ...billing, tax: false }, billing)).toBe(false);
    expect(sameBilling(null, billing)).toBe(false);
    expect(sameBilling(null, null)).toBe(true);
  });
  it("refuse a percentage that is none", () => {
    const draft = { ...draftOf(billing), direction: "discount" as const };
    for (const size of ["", "x", "-5", "1e2", "0", "0.0", "100.5"]) {
      expect(sizeProblem({ ...draft, size })).toBeDefined();
    }
    expect(sizeProblem({ ...draft, size: "100" })).toBeUndefined();
    expect(sizeProblem({ ...draft, direction: "uplift", size: "250" })).toBeUndefined();
    expect(sizeProblem({ ...draft, direction: "none", size: "" })).toBeUndefined();
  });
});

describe("the sentence about the charge", () => {
  it("says the price, what is passed on, and the percentage with an example", () => {
    expect(chargeSentence(null, "USD")).toBe("No charge is shown beside the cost.");
    expect(chargeSentence({ ...billing, percent: "10" }, "USD")).toBe(
      "The charge is the cost after the discounts of reservations and savings plans. Credits, refunds and tax are passed on. Then 10 % is added: $100 becomes $110.",
    );
    const sentence = chargeSentence(
      { price: "public", credits: false, refunds: false, tax: true, percent: "-7.5" },
      "EUR",
    );
    expect(sentence).toContain("at public prices");
    expect(sentence).toContain("Tax is passed on, credits and refunds are left out.");
    expect(sentence).toContain("Then 7.5 % is taken off: €100 becomes €92.5.");
  });
  it("leaves out what does not apply", () => {
    const nothing = chargeSentence({ ...billing, credits: false, refunds: false, tax: false }, "USD");
    expect(nothing).toContain("Credits, refunds and tax are left out.");
    expect(nothing).not.toContain("Then");
    expect(chargeSentence({ ...billing, tax: false }, "USD")).toContain(
      "Credits and refunds are passed on, tax is left out.",
    );
  });
});
