import { describe, expect, it } from "vitest";
import { listText, losing, readList } from "./account-list";

describe("an account list", () => {
  it("is read as people paste it", () => {
    expect(readList("account_id,organization\n111111111111, Acme\n\n222222222222;Big, Ltd \n")).toEqual([
      { account_id: "111111111111", organization: "Acme" },
      { account_id: "222222222222", organization: "Big, Ltd" },
    ]);
    expect(readList("")).toEqual([]);
  });
  it("is read with quotes, and with a header below an empty line", () => {
    expect(readList('\n"account_id","organization"\n"111111111111","Acme"')).toEqual([
      { account_id: "111111111111", organization: "Acme" },
    ]);
  });
  it("tells who loses accounts", () => {
    const [before, after] = ["1, A\n2, A\n3, B", "1, A\n2, B\n3, B\n4, C"].map(readList);
    if (typeof before !== "object" || typeof after !== "object") throw new Error("not read");
    expect(losing(before, after)).toEqual(["A"]);
    expect(losing(before, [])).toEqual(["A", "B"]);
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
