import { expect, it } from "vitest";
import { amountOf } from "./amount";

it("reads amounts as people type them, and nothing else", () => {
  expect(amountOf("500")).toBe("500");
  expect(amountOf(" $1,000.50 ")).toBe("1000.50");
  expect(amountOf("007")).toBe("7");
  for (const plain of ["1", "0.01", "1250.50"]) expect(amountOf(` ${plain} `)).toBe(plain);
  for (const wrong of ["", "0", "-5", "1,5", "ten", "1e9", "1.2.3", "10,00", "NaN", "5 dollars"]) {
    expect(amountOf(wrong)).toBeUndefined();
  }
});
