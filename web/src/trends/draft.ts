import { amountOf } from "../lib/amount";
import type { NewTrendDefinition, TrendDefinition, TrendMethod, TrendTrial } from "./types";

/** What can be watched; the attribute that a single value is chosen of is the last. */
export const objects = [
  { value: "account_service", label: "Each account and service", attributes: ["account", "service"] },
  { value: "account", label: "Each account", attributes: ["account"] },
  { value: "service", label: "Each service", attributes: ["service"] },
  { value: "region", label: "Each region", attributes: ["region"] },
  { value: "usage_type", label: "Each usage type", attributes: ["usage_type"] },
  { value: "operation", label: "Each operation", attributes: ["operation"] },
  { value: "tag", label: "A tag’s values", attributes: [] },
  { value: "subset", label: "Subsets", attributes: ["subset"] },
  { value: "filter", label: "Saved reports’ filters", attributes: ["filter"] },
] as const;
export type ObjectChoice = (typeof objects)[number]["value"];

/** A definition while it is written. */
export interface Draft {
  name: string;
  description: string;
  object: ObjectChoice;
  tagKey: string;
  /** Only this value; null is each. */
  only: string | null;
  method: TrendMethod;
  threshold: number;
  minimum: string;
  ignoreDecreases: boolean;
  notifies: boolean;
  on: boolean;
}

/** A new one looks for what the predefined robust one does: few false alarms are where everybody starts. */
const start: Draft = {
  name: "",
  description: "",
  object: "account_service",
  tagKey: "",
  only: null,
  method: "robust",
  threshold: 25,
  minimum: "100",
  ignoreDecreases: false,
  notifies: true,
  on: true,
};

function objectOf(watches: readonly string[]): ObjectChoice {
  if (watches.length > 1) return "account_service";
  const [only = ""] = watches;
  if (only.startsWith("tag:")) return "tag";
  return objects.find((one) => one.value === only)?.value ?? "account_service";
}

export function draftOf(known: TrendDefinition | undefined): Draft {
  if (!known) return start;
  const tag = known.watches.find((one) => one.startsWith("tag:"));
  return {
    name: known.name,
    description: known.description,
    object: objectOf(known.watches),
    tagKey: tag?.slice("tag:".length) ?? "",
    only: known.only,
    method: known.method,
    threshold: Number(known.threshold_percent),
    minimum: known.minimum,
    ignoreDecreases: known.ignore_decreases,
    notifies: known.notifies,
    on: known.on,
  };
}

export function watchesOf({ object, tagKey }: Pick<Draft, "object" | "tagKey">): string[] {
  if (object === "tag") return [`tag:${tagKey}`];
  return [...(objects.find((one) => one.value === object)?.attributes ?? [])];
}

/** The least amount as the server reads it; nothing typed is none. */
function minimumOf(text: string): string | undefined {
  return text.trim() === "" || Number(text) === 0 ? "0" : amountOf(text);
}

/** What keeps a definition from being tried, or undefined. */
export function trialProblem(draft: Draft): string | undefined {
  if (draft.object === "tag" && draft.tagKey === "") return "Choose a tag key.";
  if (!(draft.threshold >= 1 && draft.threshold <= 1_000)) return "The threshold is 1 to 1,000 %.";
  if (minimumOf(draft.minimum) === undefined) return "The least amount is a figure, such as 100.";
  return undefined;
}

/** What keeps a definition from being saved, or undefined. */
export function draftProblem(draft: Draft, taken: readonly string[]): string | undefined {
  const name = draft.name.trim();
  if (name === "") return "Enter a name.";
  if (taken.includes(name)) return `Another definition is called “${name}”: choose another name.`;
  return trialProblem(draft);
}

/** What the past is asked for: names and who is told change nothing of it. */
export function trialOf(draft: Draft, currency: string | undefined): TrendTrial {
  return {
    watches: watchesOf(draft),
    only: draft.only,
    method: draft.method,
    threshold_percent: draft.threshold,
    minimum: minimumOf(draft.minimum) ?? "0",
    ignore_decreases: draft.ignoreDecreases,
    ...(currency !== undefined && { currency }),
  };
}

export function definitionOf(draft: Draft): NewTrendDefinition {
  const { currency: _, ...trial } = trialOf(draft, undefined);
  return {
    ...trial,
    name: draft.name.trim(),
    description: draft.description.trim(),
    notifies: draft.notifies,
    on: draft.on,
  };
}

/** A definition as it is, but for some of it: for switches in the list. */
export function changed(known: TrendDefinition, next: Partial<NewTrendDefinition>): NewTrendDefinition {
  return { ...definitionOf(draftOf(known)), ...next };
}
