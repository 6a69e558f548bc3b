/**
 * Exact decimal figures as the API sends them: strings, never numbers. Sums and comparisons are done on
 * integers at a fixed scale, so that what the page adds up equals what the server adds up.
 */
export const SCALE = 18;
const ONE = 10n ** BigInt(SCALE);

/** Parses "-12.34" into units of 10^-18. Text that is no decimal is an error: it would hide a defect. */
export function parseDecimal(text: string): bigint {
  const match = /^([+-]?)(\d+)(?:\.(\d{1,18})\d*)?$/.exec(text);
  if (!match) throw new Error(`not a decimal: ${JSON.stringify(text)}`);
  const whole = BigInt(match[2] ?? "0") * ONE;
  const fraction = BigInt((match[3] ?? "").padEnd(SCALE, "0"));
  const units = whole + fraction;
  return match[1] === "-" ? -units : units;
}

/** The shortest exact text of a number of units. */
export function decimalText(units: bigint): string {
  const sign = units < 0n ? "-" : "";
  const abs = units < 0n ? -units : units;
  const fraction = (abs % ONE).toString().padStart(SCALE, "0").replace(/0+$/, "");
  return `${sign}${abs / ONE}${fraction ? `.${fraction}` : ""}`;
}

/** Exact sum of decimal texts. */
export function sumDecimals(texts: readonly string[]): string {
  return decimalText(texts.reduce((sum, text) => sum + parseDecimal(text), 0n));
}

/** Exact difference of two decimal texts. */
export function subtractDecimals(a: string, b: string): string {
  return decimalText(parseDecimal(a) - parseDecimal(b));
}

/** Order of two decimal texts: negative, zero or positive. */
export function compareDecimals(a: string, b: string): number {
  const difference = parseDecimal(a) - parseDecimal(b);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** Text rounded half away from zero to `digits` decimals, always with that many digits. */
export function roundDecimal(text: string, digits: number): string {
  const units = parseDecimal(text);
  const step = 10n ** BigInt(SCALE - digits);
  const abs = units < 0n ? -units : units;
  const rounded = ((abs + step / 2n) / step) * step;
  const [whole = "0", fraction = ""] = decimalText(rounded).split(".");
  const sign = units < 0n && rounded !== 0n ? "-" : "";
  return digits === 0 ? sign + whole : `${sign}${whole}.${fraction.padEnd(digits, "0")}`;
}

/** For pixels and percentages alone: money is never summed as a double. */
export function approximate(text: string): number {
  return Number(text);
}

/** "12.3 %"; empty where there is no whole to be a part of. */
export function shareText(part: string, whole: string): string {
  const base = approximate(whole);
  return base > 0 ? `${((100 * approximate(part)) / base).toFixed(1)} %` : "";
}

/** "1,234,567": digits by threes. (The browser's own formats take their time to load.) */
export function grouped(whole: string): string {
  return whole.replace(/\B(?=(\d{3})+$)/g, ",");
}
