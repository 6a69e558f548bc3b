import { describe, expect, it } from "vitest";
import { isNarrowed, listQuery, readList, readTop, startList, writeList, writeTop } from "./address";

describe("the address of the top trends", () => {
  it("is empty at the page's start", () => {
    expect(writeTop(readTop({}))).toEqual({});
  });

  it("holds what was chosen", () => {
    const search = {
      filter: "account_id=111,222",
      from: "2026-10-01",
      to: "2026-11-01",
      currency: "EUR",
      hide: ["row:111"],
      recorded: "all",
      sort: "-cost",
      page: "3",
    };
    expect(writeTop(readTop(search))).toEqual(search);
    expect(readTop(search).accounts).toEqual({
      dimension: "account_id",
      exclude: false,
      values: ["111", "222"],
    });
  });

  it("takes nothing that makes no sense", () => {
    const state = readTop({
      time: "some-day",
      from: "2026-11-02",
      to: "2026-11-01",
      page: "-4",
      filter: "x",
    });
    expect(writeTop(state)).toEqual({});
  });
});

describe("the address of the list", () => {
  it("is empty at its start, which nothing narrows", () => {
    expect(writeList(readList({}))).toEqual({});
    expect(readList({})).toEqual(startList);
    expect(isNarrowed(startList)).toBe(false);
    expect(isNarrowed({ ...startList, status: "archived", page: 2, currency: "EUR" })).toBe(false);
  });

  it("holds what was chosen, and asks for it", () => {
    const search = {
      status: "archived",
      q: "ec2 ",
      direction: "decrease",
      kind: ["drop", "gone"],
      severity: ["high"],
      account: ["111"],
      definition: ["predefined_robust"],
      from: "2026-10-01",
      to: "2026-11-01",
      sort: "cost",
      page: "2",
    };
    const state = readList(search);
    expect(writeList(state)).toEqual(search);
    expect(isNarrowed(state)).toBe(true);
    expect(listQuery(state)).toEqual({
      status: "archived",
      search: "ec2",
      direction: "decrease",
      kind: ["drop", "gone"],
      severity: ["high"],
      account: ["111"],
      definition: ["predefined_robust"],
      from: "2026-10-01",
      to: "2026-11-01",
      sort: "cost",
      order: "asc",
      limit: 20,
      offset: 20,
    });
  });

  it("leaves out what is only recorded, unless it is asked for", () => {
    const asked = (state: Partial<typeof startList>) => listQuery({ ...startList, ...state }).recorded;
    expect(asked({})).toBe(false);
    expect(asked({ recorded: true })).toBeUndefined();
    expect(asked({ status: "archived" })).toBeUndefined();
    expect(asked({ definitions: ["predefined_daily"] })).toBeUndefined();
  });

  it("knows its statuses", () => {
    expect(readList({ status: "constructor" }).status).toBe("active");
  });
});
