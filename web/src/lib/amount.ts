/** An amount as people type it ("1,000.50") as exact text; undefined where it is none, or not more than nothing. */
export function amountOf(typed: string): string | undefined {
  const text = typed.trim().replace(/^[$€£]\s*/, "");
  if (!/^(\d+|\d{1,3}(,\d{3})+)(\.\d{1,18})?$/.test(text)) return undefined;
  const plain = text.replace(/,/g, "").replace(/^0+(?=\d)/, "");
  return Number(plain) > 0 ? plain : undefined;
}
