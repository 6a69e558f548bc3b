import type { Billing } from "../api/types";
import { compareDecimals, parseDecimal, sumDecimals } from "../lib/decimal";
import { formatExact } from "../lib/money";
import { joined } from "../ui/conditions";

/** Billing rules as the form holds them: the percentage as a direction and a size. */
export interface BillingDraft {
  on: boolean;
  price: Billing["price"];
  credits: boolean;
  refunds: boolean;
  tax: boolean;
  direction: "none" | "uplift" | "discount";
  size: string;
}

export function draftOf(billing: Billing | null): BillingDraft {
  const { percent, ...rest } = billing ?? {
    price: "cost",
    credits: true,
    refunds: true,
    tax: true,
    percent: "0",
  };
  const order = compareDecimals(percent, "0");
  return {
    on: billing !== null,
    ...rest,
    direction: order === 0 ? "none" : order > 0 ? "uplift" : "discount",
    size: order === 0 ? "10" : percent.replace(/^[+-]/, ""),
  };
}

/** Why the percentage makes no sense, or undefined. */
export function sizeProblem({ on, direction, size }: BillingDraft): string | undefined {
  if (!on || direction === "none") return undefined;
  if (!/^\d{1,4}(\.\d{1,4})?$/.test(size)) return "Enter a number such as 10 or 7.5.";
  if (parseDecimal(size) === 0n) return "Enter more than 0, or choose “As it is”.";
  if (direction === "discount" && compareDecimals(size, "100") > 0)
    return "No more than 100 % can be taken off.";
  return undefined;
}

/** What is saved; null means no charge beside the cost. */
export function billingOf({ on, direction, size, ...rest }: BillingDraft): Billing | null {
  if (!on) return null;
  return { ...rest, percent: direction === "none" ? "0" : direction === "uplift" ? size : `-${size}` };
}

export function sameBilling(a: Billing | null, b: Billing | null): boolean {
  if (a === null || b === null) return a === b;
  return (
    a.price === b.price &&
    a.credits === b.credits &&
    a.refunds === b.refunds &&
    a.tax === b.tax &&
    compareDecimals(a.percent, b.percent) === 0
  );
}

/** What the charge means, for who has to explain it to a customer. */
export function chargeSentence(billing: Billing | null, currency: string): string {
  if (billing === null) return "No charge is shown beside the cost.";
  const base =
    billing.price === "cost"
      ? "The charge is the cost after the discounts of reservations and savings plans."
      : "The charge is what the usage costs at public prices: the discounts of reservations and savings plans are not passed on.";
  const flags: [word: string, passedOn: boolean][] = [
    ["credits", billing.credits],
    ["refunds", billing.refunds],
    ["tax", billing.tax],
  ];
  const kept = flags.flatMap(([word, passedOn]) => (passedOn ? [word] : []));
  const left = flags.flatMap(([word, passedOn]) => (passedOn ? [] : [word]));
  const verb = (words: readonly string[]) => (words.length === 1 && words[0] === "tax" ? "is" : "are");
  const passed =
    kept.length === 0
      ? `${joined(left, "and")} are left out.`
      : left.length === 0
        ? `${joined(kept, "and")} are passed on.`
        : `${joined(kept, "and")} ${verb(kept)} passed on, ${joined(left, "and")} ${verb(left)} left out.`;
  const order = compareDecimals(billing.percent, "0");
  const size = billing.percent.replace(/^[+-]/, "");
  const becomes = `${formatExact("100", currency)} becomes ${formatExact(sumDecimals(["100", billing.percent]), currency)}.`;
  const change =
    order === 0
      ? ""
      : order > 0
        ? `Then ${size} % is added: ${becomes}`
        : `Then ${size} % is taken off: ${becomes}`;
  return [base, passed.charAt(0).toUpperCase() + passed.slice(1), change].filter(Boolean).join(" ");
}
