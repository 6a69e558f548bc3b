import type { Dimensions, TagRule } from "../api/types";
import type { Difference } from "../ui/conflict";
import { ruleSentence } from "./sentences";

interface Tag {
  name: string;
  rules: readonly TagRule[];
}

/** What of a virtual tag differs from another version of it, rule by rule. */
export function tagDifferences(mine: Tag, theirs: Tag, dimensions: Dimensions | undefined): Difference[] {
  const words = (rule: TagRule | undefined) =>
    rule ? `${rule.value}: ${ruleSentence(rule, dimensions)}` : "";
  const count = Math.max(mine.rules.length, theirs.rules.length);
  return [
    { name: "Name", mine: mine.name, theirs: theirs.name },
    ...Array.from({ length: count }, (_, at) => ({
      name: `Rule ${at + 1}`,
      mine: words(mine.rules[at]),
      theirs: words(theirs.rules[at]),
    })),
  ];
}
