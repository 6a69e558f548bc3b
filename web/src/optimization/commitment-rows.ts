import { compareNames } from "../ui/sort";
import type { Commitment } from "./types";
import { kindLabel, serviceLabel } from "./words";
import { compareKnown } from "./workload-rows";

const texts = (a: string | null, b: string | null) => compareNames(a ?? "", b ?? "");

/** The name of its owner, or its number. */
export function ownerOf(one: Pick<Commitment, "owner_account" | "owner_account_id">): string | null {
  return one.owner_account ?? one.owner_account_id;
}

export const orders: Record<string, (a: Commitment, b: Commitment) => number> = {
  commitment: (a, b) =>
    compareNames(kindLabel(a.kind), kindLabel(b.kind)) || texts(a.commitment_id, b.commitment_id),
  place: (a, b) =>
    texts(a.region, b.region) || texts(a.instance_type ?? a.family, b.instance_type ?? b.family),
  owner: (a, b) => texts(ownerOf(a), ownerOf(b)),
  term: (a, b) => texts(a.term, b.term) || texts(a.payment, b.payment),
  ends: (a, b) => texts(a.ends, b.ends),
  hourly: (a, b) => compareKnown(a.hourly_commitment, b.hourly_commitment),
  cost: (a, b) => compareKnown(a.cost, b.cost),
  unused: (a, b) => compareKnown(a.unused, b.unused),
  utilization: (a, b) => compareKnown(a.utilization, b.utilization),
  savings: (a, b) => compareKnown(a.net_savings, b.net_savings),
};

/** Whether each word that is looked for stands somewhere in it. */
export function matches(one: Commitment, search: string): boolean {
  const text = [
    one.commitment_id,
    one.kind,
    kindLabel(one.kind),
    one.service,
    serviceLabel(one.service ?? ""),
    one.region,
    one.family,
    one.instance_type,
    one.scope,
    one.owner_account_id,
    one.owner_account,
    one.state,
  ]
    .join("\n")
    .toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

const columns = [
  "commitment_id",
  "kind",
  "class",
  "service",
  "region",
  "family",
  "instance_type",
  "scope",
  "payment",
  "term",
  "owner_account_id",
  "owner_account",
  "payer_account_id",
  "begins",
  "ends",
  "state",
  "count",
  "hourly_commitment",
  "cost",
  "used",
  "unused",
  "utilization",
  "on_demand_equivalent",
  "gross_savings",
  "net_savings",
  "units_used",
  "units_owned",
  "currency",
] as const satisfies readonly (keyof Commitment)[];

export const csvHeads: readonly string[] = columns;

export function csvRow(one: Commitment): (string | number | null)[] {
  return columns.map((name) => one[name]);
}
