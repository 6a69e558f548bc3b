import { useState } from "react";

/** What this page itself made of versions: whoever stands on the one before stands on the one after, too. */
const own = new Map<string, string>();

/** This page changed something: it is another version now, by nobody else's doing. */
export function changedHere(from: string, to: string): void {
  if (from && from !== to) own.set(from, to);
}

/** The newest version that this page itself made of one, on the way to what there is now. */
export function followed(version: string, current: string): string {
  const seen = new Set<string>();
  let found = version;
  while (found !== current && !seen.has(found)) {
    seen.add(found);
    found = own.get(found) ?? found;
  }
  return found;
}

interface Standing {
  /** What a change is sent with. */
  version: string;
  /** Stands on the newest from now on: what is typed goes on top of it. */
  rebase: () => void;
}

/**
 * The version that a form stands on: the newest for as long as nothing is typed, then the one of that moment, so that
 * what somebody else saves meanwhile is not overwritten.
 */
export function useVersion(current: string, changed: boolean): Standing {
  const [kept, setKept] = useState(current);
  if (!changed && kept !== current) setKept(current);
  return { version: changed ? followed(kept, current) : current, rebase: () => setKept(current) };
}
