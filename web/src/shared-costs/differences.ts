import type { Difference } from "../ui/conflict";
import type { RuleDraft } from "./draft";
import type { Surroundings } from "./editor";
import { sourceSentence, splitSentence } from "./sentences";

/** What of the rules differs from another version of them, place by place: their order counts. */
export function ruleDifferences(
  mine: readonly RuleDraft[],
  theirs: readonly RuleDraft[],
  { dimensions, accounts }: Surroundings,
): Difference[] {
  const nameOf = (id: string) => accounts.find((one) => one.value === id)?.label ?? id;
  const words = (rule: RuleDraft | undefined) =>
    rule ? `${rule.name}: ${sourceSentence(rule.filters, dimensions)} ${splitSentence(rule, nameOf)}` : "";
  return Array.from({ length: Math.max(mine.length, theirs.length) }, (_, at) => ({
    name: `Rule ${at + 1}`,
    mine: words(mine[at]),
    theirs: words(theirs[at]),
  }));
}
