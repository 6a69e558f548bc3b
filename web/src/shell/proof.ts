import type { Overview, Period } from "../api/types";
import { parseDecimal } from "../lib/decimal";

export type ProofState = "proven" | "partial" | "broken";
export interface Proof {
  state: ProofState;
  label: string;
  explanation: string;
}

/** A month is off when what is stored differs from what the files said, or when that was never checked. */
export function isOff(period: Period): boolean {
  return !period.proven || parseDecimal(period.difference) !== 0n;
}

/** The one-line verdict over all months, for the badge. */
export function proofOf(overview: Pick<Overview, "periods" | "failures">): Proof {
  const off = overview.periods.filter(isOff);
  if (off.some((period) => parseDecimal(period.difference) !== 0n)) {
    return {
      state: "broken",
      label: "Does not match the bill",
      explanation: "What is stored differs from the report files in the months marked below.",
    };
  }
  if (off.length > 0 || overview.failures.length > 0) {
    const what =
      off.length > 0 ? `${off.length} of ${overview.periods.length} months are` : "Some reports are";
    return {
      state: "partial",
      label: "Partly proven",
      explanation: `${what} not proven yet; the others equal the report files to the last digit.`,
    };
  }
  return {
    state: "proven",
    label: "Proven to the bill",
    explanation:
      "For every month, the sum read from the report files equals the sum that is stored, to the last digit.",
  };
}
