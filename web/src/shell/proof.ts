import type { Overview, Proof } from "../api/types";

export type ProofState = "proven" | "partial" | "broken";
export type PartName = keyof Proof;
export type PartState = Proof[PartName]["state"];

export interface Verdict {
  state: ProofState;
  label: string;
}

/** The parts in the order in which a bill comes into the house. */
export const partNames: PartName[] = ["copied", "complete", "amortized"];

/** What each part claims. */
export const claims: Record<PartName, string> = {
  copied: "What is stored equals the report files, to the last digit",
  complete: "Every file of the bill was read",
  amortized: "Amortized cost follows from what was billed",
};

/** What is said of a part that does not hold. */
const lacks: Record<PartName, Record<Exclude<PartState, "holds">, string>> = {
  copied: {
    part: "Part of the bill",
    broken: "Does not match the bill",
    unavailable: "Not compared with the bill",
    unknown: "Not compared with the bill",
  },
  complete: {
    part: "Part of the bill",
    broken: "Files left out",
    unavailable: "Files not accounted for",
    unknown: "Files not accounted for",
  },
  amortized: {
    part: "Part of the bill",
    broken: "Amortized cost is off",
    unavailable: "Amortized not available",
    unknown: "Amortized not checked",
  },
};

/** A word for the state of a part. */
export const stateWords: Record<PartState, string> = {
  holds: "Holds",
  part: "Of the whole alone",
  broken: "Does not hold",
  unavailable: "Not available",
  unknown: "Not known",
};

/** The parts that do not hold. */
export function missing(proof: Proof): PartName[] {
  return partNames.filter((name) => proof[name].state !== "holds");
}

/** What is missing of a proof, in words; empty where all parts hold. */
export function lackOf(proof: Proof): string {
  const said = missing(proof).map((name) => lackOfPart(proof, name));
  return said.map((text, at) => (at === 0 ? text : text.toLowerCase())).join(", ");
}

/** What is said of one part; empty where it holds. */
export function lackOfPart(proof: Proof, name: PartName): string {
  const state = proof[name].state;
  return state === "holds" ? "" : lacks[name][state];
}

/** How loudly a proof is shown: wrong figures are red, missing ones amber. */
export function toneOf(proof: Proof): ProofState {
  if (missing(proof).length === 0) return "proven";
  return proof.copied.state === "broken" ? "broken" : "partial";
}

/**
 * The one-line verdict over all months, for the badge: green only when all parts hold and no delivery was refused. A
 * source that cannot be looked at changes nothing of what was read.
 */
export function verdictOf(overview: Pick<Overview, "proof" | "failures">): Verdict {
  const state = toneOf(overview.proof);
  const [first, second] = missing(overview.proof);
  if (first) {
    const label = lackOfPart(overview.proof, first);
    return { state, label: second ? `${label}, and more` : label };
  }
  if (overview.failures.some((one) => one.kind === "month"))
    return { state: "partial", label: "Reports not read" };
  return { state, label: "Proven to the bill" };
}
