import type { Dimensions, TagRule } from "../api/types";
import { conditionSentence } from "../ui/conditions";

/** When a rule matches, in words. */
export function ruleSentence(rule: TagRule, dimensions: Dimensions | undefined): string {
  return rule.conditions.map((one) => conditionSentence(one, dimensions)).join(", and ");
}

/** The values that a tag can have, each once, in the order of its rules. */
export function valuesOf(rules: readonly TagRule[]): string[] {
  return [...new Set(rules.map((rule) => rule.value))];
}
