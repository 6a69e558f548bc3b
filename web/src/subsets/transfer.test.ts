import { describe, expect, it } from "vitest";
import type { Account, Subset } from "../api/types";
import { findAccounts, homes, transferSentence } from "./transfer";

const subset = (id: string, name: string, account_ids: string[]) => ({ id, name, account_ids }) as Subset;
const account = (account_id: string, name: string) => ({ account_id, account: name }) as Account;

const subsets = [subset("a", "Platform", ["1", "2"]), subset("b", "Data", ["3"])];
const accounts = [
  account("1", "prod"),
  account("2", "stage"),
  account("3", "warehouse"),
  account("4", "new"),
];

describe("moving accounts between subsets", () => {
  it("knows where each belongs now", () => {
    expect([...homes(subsets, undefined).keys()]).toEqual(["1", "2", "3"]);
    expect(homes(subsets, "a").has("1")).toBe(false);
    expect(homes(subsets, "a").get("3")).toBe("Data");
  });
  it("finds accounts by name, number and subset", () => {
    const home = homes(subsets, undefined);
    const found = (search: string) => findAccounts(accounts, search, home).map((one) => one.account_id);
    expect(found("")).toEqual(["1", "2", "3", "4"]);
    expect(found("PLATFORM pro")).toEqual(["1"]);
    expect(found("unassigned")).toEqual(["4"]);
    expect(found("3")).toEqual(["3"]);
    expect(found("nothing")).toEqual([]);
  });
  it("says who comes, from where, and who goes", () => {
    const home = homes(subsets, "a");
    expect(transferSentence(["1", "2"], ["2", "1"], home)).toBe("Nothing is changed.");
    expect(transferSentence(["1", "2"], ["1", "2", "4"], home)).toBe("1 unassigned account is added.");
    expect(transferSentence(["1", "2"], ["1", "3", "4"], home)).toBe(
      "1 account moves here: 1 from Data. 1 unassigned account is added. 1 account leaves and becomes unassigned.",
    );
    expect(transferSentence(["1", "2"], [], home)).toBe("2 accounts leave and become unassigned.");
  });
});
