import { useState } from "react";

/**
 * The version that a form stands on: the newest for as long as nothing is typed, then the one of that moment, so that
 * what somebody else saves meanwhile is not overwritten.
 */
export function useVersion(current: string, changed: boolean): string {
  const [kept, setKept] = useState(current);
  if (!changed && kept !== current) setKept(current);
  return changed ? kept : current;
}
