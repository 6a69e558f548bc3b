import { describe, expect, it } from "vitest";
import { readNames } from "./names-list";

describe("a list of account names", () => {
  it("is read as spreadsheets write it", () => {
    const text = '\uFEFFAccount ID,Name\r\n111,Production\n\n"222";"say ""hi"", all"\n333\t Test \n444,\n';
    expect(readNames(text)).toEqual([
      { account_id: "111", name: "Production" },
      { account_id: "222", name: 'say "hi", all' },
      { account_id: "333", name: "Test" },
      { account_id: "444", name: "" },
    ]);
  });
  it("says which line is none", () => {
    expect(readNames("1,a\n2")).toBe("Line 2 is not “account, name”.");
    expect(readNames(",a")).toBe("Line 1 is not “account, name”.");
    expect(readNames("1,a\n1,b")).toBe("Account 1 is named twice.");
  });
});
