import type { Span } from "../address/range";
import type { Commitment, Owned } from "./types";

/** What the parts of the tab of reservations stand on. */
export interface OwnedStand {
  owned: Owned;
  /** The days of all its months. */
  span: Span;
  /** What is owned there. */
  active: Commitment[];
  /** What an account is called; answers about purchases have their numbers alone. */
  nameOf: (id: string) => string;
}

/** What is said of all figures, and of months that may still change. */
export function openNotes({ owned }: Pick<OwnedStand, "owned">): string[] {
  return owned.months.some((one) => one.open)
    ? ["The month with * is still open: what is unused in it is an estimate.", ...owned.notes]
    : owned.notes;
}
