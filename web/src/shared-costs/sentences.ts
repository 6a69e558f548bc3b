import type { Filter } from "../address/filter";
import type { Dimensions } from "../api/types";
import { conditionSentence, joined } from "../ui/conditions";
import { isForEveryone, type RuleDraft } from "./draft";

export const methods: readonly { value: RuleDraft["method"]; label: string; text: string }[] = [
  { value: "proportional", label: "In proportion", text: "Who spends more otherwise bears more." },
  { value: "even", label: "Evenly", text: "Each account bears the same." },
  { value: "fixed", label: "Fixed shares", text: "Each account bears the percentage that you enter." },
];

/** "Charge type is Support, and Region is not eu-west-1" */
export function sourceSentence(filters: readonly Filter[], dimensions: Dimensions | undefined): string {
  return filters
    .map(({ dimension, exclude, values }) =>
      conditionSentence({ dimension, operator: exclude ? "is_not" : "is", values }, dimensions),
    )
    .join(", and ");
}

/** Names that a sentence can hold; more are counted. */
const mostNames = 4;

/** Who bears the cost and how much of it: "is split evenly among a, b and c". */
export function splitSentence(rule: RuleDraft, nameOf: (accountId: string) => string): string {
  if (rule.method === "fixed") {
    const shares = rule.targets.map((one) => `${one.percent || "…"} % by ${nameOf(one.accountId)}`);
    return `is borne ${joined(shares, "and") || "by nobody yet"}`;
  }
  const how = rule.method === "even" ? "is split evenly" : "is split in proportion to their other costs";
  if (isForEveryone(rule)) return `${how} among all other accounts`;
  const names = rule.targets.map((one) => nameOf(one.accountId));
  const rest = names.length - mostNames;
  const words = rest > 0 ? [...names.slice(0, mostNames), `${rest} more`] : names;
  return `${how} among ${joined(words, "and") || "no account yet"}`;
}
