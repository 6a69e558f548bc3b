import type { NewVirtualTag, TagCondition, TagRule, VirtualTag } from "../api/types";

/** Rules while they are edited. Keys tell them apart when they change places. */
export interface ConditionDraft extends TagCondition {
  key: number;
}
export interface RuleDraft {
  key: number;
  value: string;
  conditions: ConditionDraft[];
}
export interface TagDraft {
  name: string;
  rules: RuleDraft[];
}

let lastKey = 0;
const newKey = () => ++lastKey;

export const newCondition = (): ConditionDraft => ({
  key: newKey(),
  dimension: "account_id",
  operator: "is",
  values: [],
});

export const newRule = (): RuleDraft => ({ key: newKey(), value: "", conditions: [newCondition()] });

/** Rules to start from, in place of those that are there; a name that was typed stays. */
export function startedFrom(draft: TagDraft, made: NewVirtualTag): TagDraft {
  const { rules } = draftOf(made);
  return { name: draft.name.trim() || made.name, rules };
}

/** A tag to edit; a new one starts with a rule to fill in. */
export function draftOf(tag: Pick<VirtualTag, "name" | "rules"> | undefined): TagDraft {
  if (!tag) return { name: "", rules: [newRule()] };
  return {
    name: tag.name,
    rules: tag.rules.map((rule) => ({
      key: newKey(),
      value: rule.value,
      conditions: rule.conditions.map((one) => ({ ...one, key: newKey() })),
    })),
  };
}

const plainRule = (rule: RuleDraft): TagRule => ({
  value: rule.value.trim(),
  conditions: rule.conditions.map(({ dimension, operator, values }) => ({ dimension, operator, values })),
});

export function plainTag(draft: TagDraft): NewVirtualTag {
  return { name: draft.name.trim(), rules: draft.rules.map(plainRule) };
}

/** Only what can be computed already: rules with a value and with conditions that compare with something. */
export function previewTag(draft: TagDraft): NewVirtualTag {
  // The name is no part of the answer: typing it must not ask again.
  return { name: "preview", rules: draft.rules.filter((rule) => !ruleProblem(rule)).map(plainRule) };
}

/** What a rule lacks, or undefined. */
export function ruleProblem(rule: RuleDraft): string | undefined {
  if (rule.value.trim() === "") return "Enter the value that matching rows get.";
  if (rule.conditions.length === 0) return "Add a condition: a rule without one would match everything.";
  if (rule.conditions.some((one) => one.values.length === 0)) {
    return "Enter what each condition compares with.";
  }
  return undefined;
}

/** The first thing that keeps a tag from being saved. */
export function tagProblem(draft: TagDraft, others: readonly string[]): string | undefined {
  const name = draft.name.trim();
  if (name === "") return "Enter a name.";
  if (others.includes(name)) return `Another virtual tag is called “${name}”: choose another name.`;
  if (draft.rules.length === 0) return "Add a rule.";
  const at = draft.rules.findIndex((rule) => ruleProblem(rule) !== undefined);
  const rule = draft.rules[at];
  return rule && `Rule ${at + 1}: ${ruleProblem(rule)}`;
}

export function sameTag(a: NewVirtualTag, b: NewVirtualTag): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
