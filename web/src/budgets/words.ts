import type { Budget, BudgetBasis, BudgetPeriod, BudgetSpan, BudgetStanding } from "../api/types";
import { approximate, compareDecimals, grouped, subtractDecimals } from "../lib/decimal";
import { formatMoney } from "../lib/money";

export type Tone = "ok" | "warn" | "bad" | "idle";

interface StateWords {
  label: string;
  tone: Tone;
}

/** What is not known has the tone of nothing: neither good nor bad. */
export const stateWords: Record<BudgetStanding, StateWords> = {
  unknown: { label: "Not known", tone: "idle" },
  no_forecast: { label: "No forecast", tone: "idle" },
  within: { label: "Within", tone: "ok" },
  warned: { label: "Threshold reached", tone: "warn" },
  at_risk: { label: "Forecast beyond", tone: "warn" },
  beyond: { label: "Beyond", tone: "bad" },
};

export const periods: readonly { value: BudgetPeriod; label: string }[] = [
  { value: "month", label: "Month" },
  { value: "quarter", label: "Quarter" },
  { value: "year", label: "Year" },
];

export function isPeriod(text: string | null): text is BudgetPeriod {
  return periods.some((one) => one.value === text);
}

export const months = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

export const bases: readonly { value: BudgetBasis; label: string }[] = [
  { value: "actual", label: "Actual" },
  { value: "forecast", label: "Forecast" },
];

export function isBasis(text: string | null): text is BudgetBasis {
  return bases.some((one) => one.value === text);
}

/** "76 %", "8.4 %"; of what is not known nothing. */
export function percentText(percent: number | null): string {
  if (percent === null) return "";
  return `${Math.abs(percent) < 10 ? percent.toFixed(1) : grouped(percent.toFixed(0))} %`;
}

/** "$120 over" or "$80 left" of a period whose cost is known. */
export function leftText(span: Pick<BudgetSpan, "amount" | "actual">, currency: string): string {
  if (span.amount === null || span.actual === null) return "";
  const over = compareDecimals(span.actual, span.amount) > 0;
  const [more, less] = over ? [span.actual, span.amount] : [span.amount, span.actual];
  return `${formatMoney(subtractDecimals(more, less), currency)} ${over ? "over" : "left"}`;
}

export interface BarParts {
  /** All in percent of the bar's width. */
  actual: number;
  amount: number;
  forecast?: { at: number; low: number; high: number };
  ticks: { at: number; percent: number; basis: BudgetBasis }[];
}

/** Where everything stands in a budget's bar; undefined while there is no amount or no cost to show. */
export function barParts(
  span: Pick<BudgetSpan, "amount" | "actual" | "forecast" | "forecast_low" | "forecast_high">,
  thresholds: readonly Pick<Budget["thresholds"][number], "percent" | "basis">[],
): BarParts | undefined {
  if (span.amount === null || span.actual === null) return undefined;
  const amount = approximate(span.amount);
  const actual = Math.max(approximate(span.actual), 0);
  const forecast = span.forecast === null ? 0 : Math.max(span.forecast, 0);
  const high = span.forecast === null ? 0 : (span.forecast_high ?? forecast);
  // A forecast that is out of all proportion must not press everything else to the left.
  const most = Math.max(amount, actual, forecast, Math.min(high, 2 * amount)) * 1.06;
  const at = (figure: number) => Math.min(Math.max((100 * figure) / most, 0), 100);
  return {
    actual: at(actual),
    amount: at(amount),
    ...(span.forecast !== null && {
      forecast: { at: at(forecast), low: at(span.forecast_low ?? forecast), high: at(high) },
    }),
    ticks: thresholds
      .filter((one) => one.percent !== 100)
      .map((one) => ({ at: (at(amount) * one.percent) / 100, percent: one.percent, basis: one.basis }))
      .filter((one) => one.at < 100),
  };
}

/** A bar in words, for those who do not see it. */
export function barWords(span: BudgetSpan, currency: string): string {
  if (span.amount === null) return "no amount";
  const of = `of ${formatMoney(span.amount, currency)}`;
  if (span.actual === null) return `cost not known, ${of}`;
  const spent = `${formatMoney(span.actual, currency)} ${of} spent, ${percentText(span.percent)}`;
  if (span.forecast === null) return spent;
  return `${spent}; forecast ${formatMoney(span.forecast.toFixed(2), currency)}, ${percentText(span.forecast_percent)}`;
}

/** "Nov" of a month, "Nov 26" of what begins with one: the label under a bar of the history. */
export function shortPeriod(span: Pick<BudgetSpan, "from">, period: BudgetPeriod): string {
  const month = (months[Number(span.from.slice(5, 7)) - 1] ?? "").slice(0, 3);
  return period === "month" ? month : `${month} ${span.from.slice(2, 4)}`;
}
