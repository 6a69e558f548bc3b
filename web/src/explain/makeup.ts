import type { Costs } from "../api/types";
import { compareDecimals, decimalText, parseDecimal } from "../lib/decimal";

/** What charges that take money off are, in words. */
const words: Record<string, string> = {
  "Discount (EDP)": "The discount of the enterprise agreement (EDP), taken off what it applies to.",
  "Discount (private rate)": "A price that was agreed with AWS, as the difference to the public one.",
  "Discount (bundled)": "What AWS takes off because one service is part of another.",
  "Discount (volume)": "A volume discount on reservations.",
  Discount: "A discount of a kind that has no name of its own.",
  Credit: "A credit, such as a promotion, that pays a part of the bill.",
  Refund: "Money given back for what was billed before.",
  "Savings-plan negation":
    "Takes the on-demand price of usage that a savings plan covers off again; the plan itself is billed by its recurring fee.",
};

interface Charge {
  name: string;
  total: string;
  words: string;
}

/** The kinds of charge that take money off a figure, least first. */
export function makeup(costs: Costs): Charge[] {
  return costs.rows
    .filter((row) => parseDecimal(row.total) < 0n)
    .map((row) => {
      const name = row.labels[0] || row.keys[0] || "Other";
      return { name, total: row.total, words: words[name] ?? "Takes money off." };
    })
    .sort((a, b) => compareDecimals(a.total, b.total));
}

export interface DifferencePart {
  charge: string;
  billed: string;
  amortized: string;
  difference: string;
}

export interface CommitmentDifference {
  /** The commitment's ARN; empty for what belongs to none. */
  commitment: string;
  difference: string;
  parts: DifferencePart[];
}

/** How amortized cost differs from what was billed: by commitment, and in each by kind of charge. Both answers are grouped by
 *  commitment and charge type. The sum of the differences is the difference of the totals, to the last digit. */
export function differences(billed: Costs, amortized: Costs): CommitmentDifference[] {
  const found = new Map<string, Map<string, [bigint, bigint]>>();
  const add = (costs: Costs, at: 0 | 1) => {
    for (const row of costs.rows) {
      const [commitment = "", charge = ""] = row.keys;
      const charges = found.get(commitment) ?? new Map<string, [bigint, bigint]>();
      const sums = charges.get(charge) ?? [0n, 0n];
      sums[at] += parseDecimal(row.total);
      found.set(commitment, charges.set(charge, sums));
    }
  };
  add(billed, 0);
  add(amortized, 1);
  const size = (units: bigint) => (units < 0n ? -units : units);
  const bySize = (a: { difference: bigint }, b: { difference: bigint }) => {
    const apart = size(b.difference) - size(a.difference);
    return apart > 0n ? 1 : apart < 0n ? -1 : 0;
  };
  return [...found]
    .map(([commitment, charges]) => {
      const parts = [...charges]
        .filter(([, [one, other]]) => one !== other)
        .map(([charge, [one, other]]) => ({ charge, billed: one, amortized: other, difference: other - one }))
        .sort(bySize);
      return { commitment, parts, difference: parts.reduce((sum, part) => sum + part.difference, 0n) };
    })
    .filter((one) => one.parts.length > 0)
    .sort(bySize)
    .map((one) => ({
      commitment: one.commitment,
      difference: decimalText(one.difference),
      parts: one.parts.map((part) => ({
        charge: part.charge,
        billed: decimalText(part.billed),
        amortized: decimalText(part.amortized),
        difference: decimalText(part.difference),
      })),
    }));
}
