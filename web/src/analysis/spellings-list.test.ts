import { describe, expect, it } from "vitest";
import { readSpellings, spellingsText } from "./spellings-list";

describe("spellings of a tag's values", () => {
  it("are a line for each value, and read as they are written", () => {
    const values = [
      { value: "production", spellings: ["prd", "prod"] },
      { value: "test", spellings: ["qa"] },
    ];
    expect(readSpellings(spellingsText(values))).toEqual(values);
    expect(readSpellings(" test =  qa ,, \n\n")).toEqual([{ value: "test", spellings: ["qa"] }]);
    expect(readSpellings("")).toEqual([]);
  });
  it("say which line is none", () => {
    for (const text of ["production", "= prod", "production ="]) {
      expect(readSpellings(text)).toBe("Line 1 is not “value = spelling, spelling”.");
    }
  });
});
