import { type Filter, filterText, parseFilter } from "../address/filter";
import type { SharedCost } from "../api/types";
import { checkPercents } from "./percents";

/** A rule while it is edited. */
export interface RuleDraft {
  /** Tells rules apart when they change places. */
  key: number;
  id: string;
  name: string;
  filters: Filter[];
  method: SharedCost["method"];
  /** All other accounts bear it; the chosen ones are kept for when that is taken back. */
  everyone: boolean;
  targets: { accountId: string; percent: string }[];
}

let lastKey = 0;

export function newRule(): RuleDraft {
  return {
    key: ++lastKey,
    id: "",
    name: "",
    filters: [],
    method: "proportional",
    everyone: true,
    targets: [],
  };
}

export function draftOf(rules: readonly SharedCost[]): RuleDraft[] {
  return rules.map((rule) => ({
    key: ++lastKey,
    id: rule.id,
    name: rule.name,
    filters: rule.source.flatMap((text) => parseFilter(text) ?? []),
    method: rule.method,
    everyone: rule.targets.length === 0,
    targets: rule.targets.map((one) => ({ accountId: one.account_id, percent: one.percent ?? "" })),
  }));
}

/** Fixed shares are of chosen accounts, whatever was chosen before. */
export const isForEveryone = (rule: RuleDraft) => rule.everyone && rule.method !== "fixed";

export function plainRules(rules: readonly RuleDraft[]): SharedCost[] {
  return rules.map((rule) => ({
    id: rule.id,
    name: rule.name.trim(),
    source: rule.filters.map(filterText),
    method: rule.method,
    targets: isForEveryone(rule)
      ? []
      : rule.targets.map((one) => ({
          account_id: one.accountId,
          percent: rule.method === "fixed" ? one.percent : null,
        })),
  }));
}

/** What a rule lacks, or undefined. */
export function ruleProblem(rule: RuleDraft): string | undefined {
  if (rule.name.trim() === "") return "Enter a name.";
  if (rule.filters.length === 0) return "Choose what is shared: add a filter.";
  if (rule.method === "fixed") {
    const check = checkPercents(rule.targets.map((one) => one.percent));
    return check.good ? undefined : check.text;
  }
  if (!rule.everyone && rule.targets.length === 0) return "Choose the accounts that bear the cost.";
  return undefined;
}

/** The first thing that keeps the rules from being saved. */
export function rulesProblem(rules: readonly RuleDraft[]): string | undefined {
  const at = rules.findIndex((rule) => ruleProblem(rule) !== undefined);
  const rule = rules[at];
  return rule && `Rule ${at + 1}: ${ruleProblem(rule)}`;
}

export function sameRules(a: readonly SharedCost[], b: readonly SharedCost[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
