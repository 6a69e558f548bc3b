import type { Schemas } from "../api/types";
import { parseDecimal } from "./decimal";
import { formatChange, formatMoney } from "./money";

/** How a figure changed, as the server says it: nothing here computes a change of its own. */
export type Change = Schemas["ChangeView"];

/** Which way the money went. A credit that grows costs less: it is down, and no warning. */
export function direction(change: Pick<Change, "kind" | "amount">): "up" | "down" | "flat" {
  if (change.amount === null) return "flat";
  const amount = parseDecimal(change.amount);
  return amount > 0n ? "up" : amount < 0n ? "down" : "flat";
}

/** "+12.4 %", "new", "gone"; a dash where there is nothing to say. */
export function percentText(change: Pick<Change, "kind" | "percent">): string {
  if (change.kind === "new" || change.kind === "gone") return change.kind;
  if (change.kind !== "changed" || change.percent === null) return "–";
  return formatChange(change.percent);
}

/** "+$12.40", "−$3.00"; a dash where there is nothing to say. */
export function amountText(change: Pick<Change, "kind" | "amount">, currency: string): string {
  return change.amount === null || change.kind === "nothing" ? "–" : signedMoney(change.amount, currency);
}

/** What is more has a sign, as what is less has one: "+$12.40", "−$3.00", "$0.00". */
export function signedMoney(text: string, currency: string): string {
  return `${parseDecimal(text) > 0n ? "+" : ""}${formatMoney(text, currency)}`;
}
