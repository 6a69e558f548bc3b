import type { SeenPart } from "../api/types";

/** Which part of the bills may be seen, in a sentence or two. */
export function partInWords(part: SeenPart): string {
  const gone =
    part.deleted === 0
      ? ""
      : part.deleted === 1
        ? " A subset that was chosen for you has been deleted."
        : ` ${part.deleted} subsets that were chosen for you have been deleted.`;
  if (part.subsets.length === 0) return `No subset is left that you may see.${gone}`;
  const names = part.subsets.map((one) => one.name).join(", ");
  const accounts = part.accounts === 1 ? "1 account" : `${part.accounts} accounts`;
  return `You see ${names}: ${accounts}.${gone}`;
}
