import { approximate, parseDecimal, sumDecimals } from "../lib/decimal";
import type { TrendWaterfall } from "./types";

export interface Step {
  name: string;
  /** What it means, for those who ask. */
  help: string;
  kind: "whole" | "more" | "less";
  amount: string;
  /** Where its bar stands, in percent of the picture. */
  from: number;
  width: number;
}

const parts = [
  { key: "rate", name: "Price", help: "Another price for the same usage" },
  { key: "quantity", name: "Quantity", help: "More or less usage, at the price before" },
  { key: "new", name: "New", help: "What was not there before" },
  { key: "gone", name: "Gone", help: "What is not there any more" },
] as const;

/** The change as steps from the cost before to the cost now. Amounts are exact; only the places of bars are rounded. */
export function waterfallSteps(waterfall: TrendWaterfall): Step[] {
  let stand = waterfall.before;
  const spans: { name: string; help: string; kind: Step["kind"]; amount: string; a: string; b: string }[] = [
    {
      name: "Before",
      help: "Cost of the same weekdays in the four weeks before, averaged",
      kind: "whole",
      amount: waterfall.before,
      a: "0",
      b: waterfall.before,
    },
  ];
  for (const { key, name, help } of parts) {
    const amount = waterfall[key];
    const next = sumDecimals([stand, amount]);
    spans.push({ name, help, kind: parseDecimal(amount) < 0n ? "less" : "more", amount, a: stand, b: next });
    stand = next;
  }
  spans.push({
    name: "Now",
    help: "Cost of the event's days",
    kind: "whole",
    amount: waterfall.now,
    a: "0",
    b: waterfall.now,
  });
  const ends = spans.flatMap(({ a, b }) => [approximate(a), approximate(b)]);
  const [low, high] = [Math.min(0, ...ends), Math.max(0, ...ends)];
  const scale = high > low ? 100 / (high - low) : 0;
  return spans.map(({ a, b, ...step }) => {
    const [left, right] = [
      Math.min(approximate(a), approximate(b)),
      Math.max(approximate(a), approximate(b)),
    ];
    return { ...step, from: (left - low) * scale, width: (right - left) * scale };
  });
}
