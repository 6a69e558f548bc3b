import { compareNames } from "../ui/sort";
import type { Finding } from "./types";
import { shortId } from "./words";
import { compareKnown } from "./workload-rows";

/** What a finding is about: the report names no resource for some. */
export function resourceOf(one: Pick<Finding, "resource" | "resource_id" | "region">): string {
  return (
    one.resource ??
    (one.resource_id === null ? `All of ${one.region ?? "the account"}` : shortId(one.resource_id))
  );
}

const confidences = ["low", "medium", "high"];

export const orders: Record<string, (a: Finding, b: Finding) => number> = {
  rule: (a, b) => a.rule - b.rule,
  resource: (a, b) => compareNames(resourceOf(a), resourceOf(b)),
  account: (a, b) => compareNames(a.account ?? a.account_id, b.account ?? b.account_id),
  region: (a, b) => compareNames(a.region ?? "", b.region ?? ""),
  monthly: (a, b) => compareKnown(a.monthly, b.monthly),
  confidence: (a, b) => confidences.indexOf(a.confidence) - confidences.indexOf(b.confidence),
};

/** Whether each word that is looked for stands somewhere in it. */
export function matches(one: Finding, title: string, search: string): boolean {
  const text = [title, one.resource, one.resource_id, one.account, one.account_id, one.region, one.evidence]
    .join("\n")
    .toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

export const csvHeads = [
  "rule",
  "title",
  "resource_id",
  "account_id",
  "account",
  "region",
  "monthly_low",
  "monthly",
  "currency",
  "unknown",
  "confidence",
  "evidence",
  "dismissed_reason",
  "dismissed_until",
];

export function csvRow(one: Finding, title: string, currency: string): (string | number | null)[] {
  return [
    one.rule,
    title,
    one.resource_id,
    one.account_id,
    one.account,
    one.region,
    one.monthly_low,
    one.monthly,
    currency,
    one.unknown,
    one.confidence,
    one.evidence,
    one.dismissed?.reason ?? null,
    one.dismissed?.until ?? null,
  ];
}
