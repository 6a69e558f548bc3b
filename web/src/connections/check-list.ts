import type { Check } from "../api/types";

/** A check as it is now takes the place of what it was. */
export function withCheck(checks: readonly Check[], next: Check): Check[] {
  const known = checks.some((one) => one.check === next.check);
  return known ? checks.map((one) => (one.check === next.check ? next : one)) : [...checks, next];
}
