import { describe, expect, it } from "vitest";
import { partInWords } from "./part";

const subset = (name: string) => ({ id: name, name });

describe("the part that may be seen", () => {
  it("names the subsets", () => {
    expect(
      partInWords({ subsets: [subset("Retail"), subset("Web")], deleted: 0, accounts: 3, scope: "" }),
    ).toBe("You see Retail, Web: 3 accounts.");
    expect(partInWords({ subsets: [subset("Retail")], deleted: 1, accounts: 1, scope: "" })).toBe(
      "You see Retail: 1 account. A subset that was chosen for you has been deleted.",
    );
  });

  it("says when nothing is left", () => {
    expect(partInWords({ subsets: [], deleted: 2, accounts: 0, scope: "" })).toBe(
      "No subset is left that you may see. 2 subsets that were chosen for you have been deleted.",
    );
  });
});
