import { compareDecimals, sumDecimals } from "../lib/decimal";

/** What of the hours is not billed by the hour, by the length of the time that it is billed for. */
export interface BilledParts {
  day: string;
  longer: string;
  /** The report does not tell when the time ends. */
  unknown: string;
  together: string;
}

/** The parts of an answer by `billed_by`; undefined when all of it is billed by the hour. */
export function billedParts(
  rows: readonly { keys: readonly string[]; total: string }[],
): BilledParts | undefined {
  const of = (name: string) =>
    sumDecimals(rows.filter((row) => (row.keys[0] ?? "") === name).map((row) => row.total));
  const [day, longer, unknown] = [of("Day"), of("Longer"), of("")];
  if ([day, longer, unknown].every((part) => compareDecimals(part, "0") === 0)) return undefined;
  return { day, longer, unknown, together: sumDecimals([day, longer, unknown]) };
}
