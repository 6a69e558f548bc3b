/** A look-back's amount as a month of 730 hours; for pixels and what a slider reads, not for sums. */
export function monthly(amount: number, hours: number): number {
  return hours > 0 ? (amount * 730) / hours : 0;
}

/** Round values from below the least to above the greatest, about five of them. */
export function niceTicks(least: number, greatest: number): number[] {
  if (!Number.isFinite(least) || !Number.isFinite(greatest)) return [0, 1];
  const span = greatest - least || Math.abs(greatest) || 1;
  const rough = span / 4;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((one) => one * size).find((one) => one >= rough) ?? size;
  const ticks: number[] = [];
  for (let at = Math.floor(least / step); at <= Math.ceil(greatest / step); at++) {
    ticks.push(Number((at * step).toPrecision(12)));
  }
  return ticks.length > 1 ? ticks : [...ticks, (ticks[0] ?? 0) + step];
}
