import type { Account } from "../api/types";
import { compareDecimals, sumDecimals } from "../lib/decimal";
import { compareNames } from "../ui/sort";

/** An organizational unit with all that is below it. */
export interface Unit {
  /** Its path, which tells units of the same name apart. */
  path: string;
  name: string;
  units: Unit[];
  members: Account[];
  /** Accounts of the unit and of all units below it, and their cost. */
  count: number;
  cost: string;
}

const separator = " / ";
export const noUnit = "No organizational unit";

/** Units as the paths of accounts name them, with sums; the costliest first. Accounts without a unit come last. */
export function unitTree(accounts: readonly Account[]): Unit[] {
  const units = new Map<string, Unit>();
  const roots: Unit[] = [];
  const unit = (path: string): Unit => {
    const known = units.get(path);
    if (known) return known;
    const at = path.lastIndexOf(separator);
    const made: Unit = {
      path,
      name: at < 0 ? path : path.slice(at + separator.length),
      units: [],
      members: [],
      count: 0,
      cost: "0",
    };
    units.set(path, made);
    (at < 0 ? roots : unit(path.slice(0, at)).units).push(made);
    return made;
  };
  for (const account of accounts) {
    if (account.organizational_unit !== null) unit(account.organizational_unit).members.push(account);
  }
  for (const root of roots) sumUp(root);
  roots.sort(costliestFirst);
  const homeless = accounts.filter((account) => account.organizational_unit === null);
  if (homeless.length === 0 || roots.length === 0) return roots;
  const rest: Unit = { path: "", name: noUnit, units: [], members: homeless, count: 0, cost: "0" };
  sumUp(rest);
  return [...roots, rest];
}

function costliestFirst(a: { cost: string; name: string }, b: { cost: string; name: string }): number {
  return compareDecimals(b.cost, a.cost) || compareNames(a.name, b.name);
}

function sumUp(unit: Unit): void {
  for (const below of unit.units) sumUp(below);
  unit.units.sort(costliestFirst);
  unit.members.sort((a, b) => compareDecimals(b.cost, a.cost) || compareNames(a.account, b.account));
  unit.count = unit.members.length + unit.units.reduce((sum, below) => sum + below.count, 0);
  unit.cost = sumDecimals([
    ...unit.units.map((below) => below.cost),
    ...unit.members.map((account) => account.cost),
  ]);
}

/** A row of the tree as it is drawn and read out: its level and place among its siblings. */
export interface TreeRow {
  id: string;
  level: number;
  place: number;
  siblings: number;
  parent: string | undefined;
  /** Undefined for an account. */
  unit: Unit | undefined;
  account: Account | undefined;
  expanded: boolean;
}

/** The rows that are visible while some units are closed. */
export function treeRows(units: readonly Unit[], closed: ReadonlySet<string>): TreeRow[] {
  const rows: TreeRow[] = [];
  const walk = (
    list: readonly Unit[],
    members: readonly Account[],
    level: number,
    parent: string | undefined,
  ) => {
    const siblings = list.length + members.length;
    for (const [at, unit] of list.entries()) {
      const id = `unit:${unit.path}`;
      const expanded = !closed.has(id);
      rows.push({ id, level, place: at + 1, siblings, parent, unit, account: undefined, expanded });
      if (expanded) walk(unit.units, unit.members, level + 1, id);
    }
    for (const [at, account] of members.entries()) {
      const place = list.length + at + 1;
      const id = `account:${account.account_id}`;
      rows.push({ id, level, place, siblings, parent, unit: undefined, account, expanded: false });
    }
  };
  walk(units, [], 1, undefined);
  return rows;
}

export interface TreeMove {
  focus?: string;
  open?: string;
  close?: string;
}

/** What a key does at a row: the keys of every tree. Undefined leaves the key to the browser. */
export function treeMove(rows: readonly TreeRow[], at: number, key: string): TreeMove | undefined {
  const row = rows[at];
  if (!row) return undefined;
  const focus = (target: TreeRow | undefined): TreeMove => (target ? { focus: target.id } : {});
  switch (key) {
    case "ArrowDown":
      return focus(rows[at + 1]);
    case "ArrowUp":
      return focus(rows[at - 1]);
    case "Home":
      return focus(rows[0]);
    case "End":
      return focus(rows[rows.length - 1]);
    case "ArrowRight":
      if (!row.unit) return {};
      return row.expanded ? focus(rows[at + 1]) : { open: row.id };
    case "ArrowLeft":
      if (row.unit && row.expanded) return { close: row.id };
      return row.parent === undefined ? {} : { focus: row.parent };
    case "Enter":
    case " ":
      if (!row.unit) return undefined;
      return row.expanded ? { close: row.id } : { open: row.id };
    default:
      return undefined;
  }
}
