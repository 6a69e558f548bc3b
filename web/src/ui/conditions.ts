import type { Dimensions, TagCondition } from "../api/types";
import { dimensionLabel } from "./dimensions";

export const operators: readonly { value: TagCondition["operator"]; label: string }[] = [
  { value: "is", label: "is" },
  { value: "is_not", label: "is not" },
  { value: "starts_with", label: "starts with" },
  { value: "ends_with", label: "ends with" },
  { value: "contains", label: "contains" },
  { value: "matches", label: "matches expression" },
];

/** "a, b and c" */
export function joined(words: readonly string[], last: string): string {
  return words.length < 2
    ? words.join("")
    : `${words.slice(0, -1).join(", ")} ${last} ${words[words.length - 1]}`;
}

/** "Account ID is 111 or 222", "Tag Team is neither a nor b"; an empty value is none. */
export function conditionSentence(condition: TagCondition, dimensions: Dimensions | undefined): string {
  const operator = operators.find((one) => one.value === condition.operator)?.label ?? condition.operator;
  const negated = condition.operator === "is_not" && condition.values.length > 1;
  const values = joined(
    condition.values.map((value) => (value === "" ? "empty" : value)),
    negated ? "nor" : "or",
  );
  const label = dimensionLabel(condition.dimension, dimensions);
  return `${label} ${negated ? "is neither" : operator} ${values || "…"}`;
}
