import { describe, expect, it } from "vitest";
import { listText, readList } from "./account-list";

describe("an account list", () => {
  it("is read as people paste it", () => {
    expect(readList("account_id,organization\n111111111111, Acme\n\n222222222222;Big, Ltd \n")).toEqual([
      { account_id: "111111111111", organization: "Acme" },
      { account_id: "222222222222", organization: "Big, Ltd" },
    ]);
    expect(readList("")).toEqual([]);
  });
  it("says which line it does not understand", () => {
    expect(readList("111111111111, Acme\n222222222222")).toBe("Line 2 is not “account, organization”.");
  });
  it("is written as it is read", () => {
    const text = listText([{ organization: "Acme", accounts: ["1", "2"] }]);
    expect(text).toBe("1, Acme\n2, Acme");
    expect(readList(text)).toHaveLength(2);
  });
});
