import { describe, expect, it } from "vitest";
import type { Account } from "../api/types";
import { earlierNames } from "./names";
import { noUnit, treeMove, treeRows, unitTree } from "./tree";

const account = (account_id: string, organizational_unit: string | null, cost: string): Account => ({
  account_id,
  account: `Account ${account_id}`,
  names: [],
  given: [],
  subset_id: null,
  organizational_unit,
  cost,
});

const accounts = [
  account("1", "Root / Workloads / Prod", "10.000000000000000001"),
  account("2", "Root / Workloads / Prod", "20"),
  account("3", "Root / Workloads", "5"),
  account("4", "Root / Sandbox", "90"),
  account("5", "Root", "-1"),
];

describe("the tree of organizational units", () => {
  it("sums exactly over all levels, the costliest unit first", () => {
    const [root, ...others] = unitTree(accounts);
    expect(others).toEqual([]);
    expect(root).toMatchObject({ name: "Root", count: 5, cost: "124.000000000000000001" });
    expect(root?.units.map((unit) => [unit.name, unit.count, unit.cost])).toEqual([
      ["Sandbox", 1, "90"],
      ["Workloads", 3, "35.000000000000000001"],
    ]);
    expect(root?.units[1]?.units[0]?.members.map((one) => one.account_id)).toEqual(["2", "1"]);
  });
  it("keeps units of the same name apart", () => {
    const [root] = unitTree([account("1", "Root / A / Prod", "1"), account("2", "Root / B / Prod", "2")]);
    expect(root?.units.map((unit) => unit.units.map((below) => below.path))).toEqual([
      ["Root / B / Prod"],
      ["Root / A / Prod"],
    ]);
  });
  it("puts accounts without a unit last, and is no tree where none has one", () => {
    const units = unitTree([account("9", null, "1000"), ...accounts]);
    expect(units.map((unit) => unit.name)).toEqual(["Root", noUnit]);
    expect(units[1]?.cost).toBe("1000");
    expect(unitTree([account("9", null, "1000")])).toEqual([]);
  });
});

describe("rows of the tree", () => {
  const units = unitTree(accounts);
  const ids = (closed: string[]) => treeRows(units, new Set(closed)).map((row) => row.id);
  it("leave out what is below a closed unit", () => {
    expect(ids([])).toEqual([
      "unit:Root",
      "unit:Root / Sandbox",
      "account:4",
      "unit:Root / Workloads",
      "unit:Root / Workloads / Prod",
      "account:2",
      "account:1",
      "account:3",
      "account:5",
    ]);
    expect(ids(["unit:Root / Workloads"])).toEqual([
      "unit:Root",
      "unit:Root / Sandbox",
      "account:4",
      "unit:Root / Workloads",
      "account:5",
    ]);
    expect(ids(["unit:Root"])).toEqual(["unit:Root"]);
  });
  it("know their level and their place among their siblings", () => {
    const row = treeRows(units, new Set()).find((one) => one.id === "account:5");
    expect(row).toMatchObject({ level: 2, place: 3, siblings: 3, parent: "unit:Root" });
  });
  it("answer to the keys of a tree", () => {
    const rows = treeRows(units, new Set(["unit:Root / Sandbox"]));
    const at = (id: string) => rows.findIndex((row) => row.id === id);
    expect(treeMove(rows, 0, "ArrowDown")).toEqual({ focus: "unit:Root / Sandbox" });
    expect(treeMove(rows, 0, "ArrowUp")).toEqual({});
    expect(treeMove(rows, 3, "Home")).toEqual({ focus: "unit:Root" });
    expect(treeMove(rows, 0, "End")).toEqual({ focus: "account:5" });
    expect(treeMove(rows, at("unit:Root / Sandbox"), "ArrowRight")).toEqual({ open: "unit:Root / Sandbox" });
    expect(treeMove(rows, 0, "ArrowRight")).toEqual({ focus: "unit:Root / Sandbox" });
    expect(treeMove(rows, 0, "ArrowLeft")).toEqual({ close: "unit:Root" });
    expect(treeMove(rows, at("account:5"), "ArrowLeft")).toEqual({ focus: "unit:Root" });
    expect(treeMove(rows, at("account:5"), "ArrowRight")).toEqual({});
    expect(treeMove(rows, at("account:5"), "Enter")).toBeUndefined();
    expect(treeMove(rows, 0, "a")).toBeUndefined();
  });
});

describe("earlier names of an account", () => {
  const names = [
    { name: "old", from: "2026-01-01", to: "2026-02-01" },
    { name: "new", from: "2026-03-01", to: "2026-04-01" },
    { name: "middle", from: "2026-02-01", to: "2026-03-01" },
  ];
  it("come newest first, without the present one", () => {
    expect(earlierNames({ account: "new", names, given: [] })).toEqual([
      { name: "middle", span: "1 Feb – 28 Feb 2026" },
      { name: "old", span: "1 Jan – 31 Jan 2026" },
    ]);
    expect(earlierNames({ account: "1", names: [], given: [] })).toEqual([]);
  });
  it("include the newest of the report when the account is called otherwise now", () => {
    expect(earlierNames({ account: "renamed", names, given: [] }).map((one) => one.name)).toEqual([
      "new",
      "middle",
      "old",
    ]);
  });
});
