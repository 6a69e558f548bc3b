import { approximate, grouped, roundDecimal } from "./decimal";

const symbols: Record<string, string> = {
  USD: "$",
  EUR: "€",
  GBP: "£",
  JPY: "¥",
  CNY: "CN¥",
  INR: "₹",
  AUD: "A$",
  CAD: "CA$",
};

/** No currency, where there is no cost, needs no sign. */
function symbolOf(currency: string): string {
  return symbols[currency] ?? (currency ? `${currency} ` : "");
}

/** "-$1,234.50": rounded for the screen, every digit by integer arithmetic. */
export function formatMoney(text: string, currency: string, digits = 2): string {
  const rounded = roundDecimal(text, digits);
  const negative = rounded.startsWith("-");
  const [whole = "0", fraction] = rounded.replace("-", "").split(".");
  const symbol = symbolOf(currency);
  return `${negative ? "−" : ""}${symbol}${grouped(whole)}${fraction ? `.${fraction}` : ""}`;
}

/** The figure with all its digits, for tooltips and copying: "$1,234.567800000000000001". */
export function formatExact(text: string, currency: string): string {
  const negative = text.startsWith("-");
  const [whole = "0", fraction] = text.replace("-", "").split(".");
  const symbol = symbolOf(currency);
  return `${negative ? "−" : ""}${symbol}${grouped(whole)}${fraction ? `.${fraction}` : ""}`;
}

/** "$12 – $34" of an estimate; one figure where both ends are the same on screen, and "<$1" where cents are all there is. */
export function moneyRange(low: string, high: string, currency: string, digits = 2): string {
  const [from, to] = [formatMoney(low, currency, digits), formatMoney(high, currency, digits)];
  if (from !== to) return `${from} – ${to}`;
  const hidden = Number(roundDecimal(high, digits)) === 0 && approximate(high) > 0;
  return hidden ? `<${formatMoney(digits === 0 ? "1" : "0.01", currency, digits)}` : to;
}

/** "$1.2k" on axes, where only the size matters. */
export function formatCompact(value: number, currency: string): string {
  const symbol = symbolOf(currency);
  const abs = Math.abs(value);
  const [scale, suffix] =
    abs >= 1e9 ? [1e9, "B"] : abs >= 1e6 ? [1e6, "M"] : abs >= 1e3 ? [1e3, "k"] : [1, ""];
  const short = abs / scale;
  const shown =
    short > 0 && short < 1
      ? short.toFixed(2)
      : String(Number(short.toFixed(short < 10 ? 2 : short < 100 ? 1 : 0)));
  return `${value < 0 ? "−" : ""}${symbol}${shown}${suffix}`;
}

/** Cells show cents, but a figure that cents would hide is shown as less than one. */
export function formatCell(text: string, currency: string): string {
  const size = Math.abs(approximate(text));
  if (size === 0) return "–";
  if (size < 0.005) return `${text.startsWith("-") ? ">−" : "<"}${formatMoney("0.01", currency)}`;
  return formatMoney(text, currency);
}

/** "+12.4 %", "−3.0 %", "new" when there was nothing before. */
export function formatChange(percent: number | null): string {
  if (percent === null) return "new";
  const abs = Math.abs(percent);
  const digits = abs >= 100 ? 0 : 1;
  const shown = abs.toFixed(digits).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  const zero = Number(shown.replace(/,/g, "")) === 0;
  return `${zero ? "" : percent > 0 ? "+" : "−"}${shown} %`;
}
