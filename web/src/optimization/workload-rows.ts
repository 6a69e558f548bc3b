import { approximate, compareDecimals } from "../lib/decimal";
import { compareNames } from "../ui/sort";
import type { Workload } from "./types";
import { workloadLabel } from "./words";

/** What is not known sorts below all that is. */
export function compareKnown(a: string | null | undefined, b: string | null | undefined): number {
  if (a == null || b == null) return (a == null ? 0 : 1) - (b == null ? 0 : 1);
  return compareDecimals(a, b);
}

export const orders: Record<string, (a: Workload, b: Workload) => number> = {
  name: (a, b) => compareNames(a.name, b.name),
  account: (a, b) => compareNames(a.account ?? a.account_id, b.account ?? b.account_id),
  kind: (a, b) => compareNames(workloadLabel(a.kind), workloadLabel(b.kind)),
  instances: (a, b) => a.instances - b.instances,
  types: (a, b) => compareNames(a.instance_types.join(), b.instance_types.join()),
  region: (a, b) => compareNames(a.region ?? "", b.region ?? ""),
  hours: (a, b) => compareDecimals(a.hours, b.hours),
  cost: (a, b) => compareDecimals(a.cost, b.cost),
  on_demand: (a, b) => compareDecimals(a.on_demand, b.on_demand),
  spot: (a, b) => compareDecimals(a.spot, b.spot),
  savings: (a, b) => compareKnown(a.savings_high, b.savings_high),
  rate: (a, b) => compareKnown(a.savings_rate, b.savings_rate),
};

/** What a workload is called; of Fargate's own usage only the kind is known. */
export function nameOf(one: Pick<Workload, "name" | "kind">): string {
  return one.name || `${workloadLabel(one.kind)} without a name`;
}

/** Whether what spot would save was looked for. */
export function knowsSavings(rows: readonly Workload[]): boolean {
  return rows.some((one) => one.savings_high != null);
}

/** Whether each word that is looked for stands somewhere in it. */
export function matches(one: Workload, search: string): boolean {
  const text = [
    one.name,
    one.account ?? "",
    one.account_id,
    one.kind,
    workloadLabel(one.kind),
    one.region ?? "",
    ...one.instance_types,
  ]
    .join("\n")
    .toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

export const csvHeads = [
  "name",
  "account_id",
  "account",
  "kind",
  "region",
  "instances",
  "instance_types",
  "hours",
  "cost",
  "on_demand",
  "spot",
  "monthly_savings_low",
  "monthly_savings_high",
  "savings_rate",
  "unknown_hours",
  "currency",
  "excluded_reason",
];

export function csvRow(one: Workload, currency: string): (string | number | null)[] {
  return [
    one.name,
    one.account_id,
    one.account,
    one.kind,
    one.region,
    one.instances,
    one.instance_types.join(" "),
    one.hours,
    one.cost,
    one.on_demand,
    one.spot,
    one.savings_low ?? null,
    one.savings_high ?? null,
    one.savings_rate ?? null,
    one.unknown_hours ?? null,
    currency,
    one.excluded?.reason ?? null,
  ];
}

/** Whether hours have no spot price that is known. */
export function hasUnknown(one: Pick<Workload, "unknown_hours">): boolean {
  return approximate(one.unknown_hours ?? "0") > 0;
}
