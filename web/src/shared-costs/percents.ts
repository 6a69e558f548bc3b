import { compareDecimals, decimalText, parseDecimal, sumDecimals } from "../lib/decimal";

/** A share above nothing, with at most four decimals: "12.5". */
export function isPercent(text: string): boolean {
  return /^\d{1,3}(\.\d{1,4})?$/.test(text) && compareDecimals(text, "0") > 0;
}

/** Whether fixed shares give away all of the cost and nothing twice, and if not, by how much they are off. */
export function checkPercents(percents: readonly string[]): { good: boolean; text: string } {
  if (percents.length === 0) return { good: false, text: "Add the accounts that bear the cost." };
  if (!percents.every(isPercent)) {
    return { good: false, text: "Enter each share as a number above 0, such as 12.5." };
  }
  const sum = sumDecimals(percents);
  const off = parseDecimal("100") - parseDecimal(sum);
  if (off === 0n) return { good: true, text: "The shares add up to 100 %." };
  return {
    good: false,
    text:
      off > 0n
        ? `The shares add up to ${sum} %: ${decimalText(off)} % is missing.`
        : `The shares add up to ${sum} %: ${decimalText(-off)} % is too much.`,
  };
}

/** Equal shares in hundredths of a percent; the first ones take what cannot be divided, so that the sum is 100. */
export function equalPercents(count: number): string[] {
  const whole = 10_000;
  return Array.from({ length: count }, (_, at) => {
    const hundredths = Math.floor(whole / count) + (at < whole % count ? 1 : 0);
    return decimalText(parseDecimal(String(hundredths)) / 100n);
  });
}
