import type { ProcessedMonth } from "../api/types";
import { monthLabel } from "../lib/dates";

type Earlier = NonNullable<ProcessedMonth["earlier"]>;

const words: Record<Earlier, string> = {
  read_again: "read by an earlier version; being read again. Until then the newer details are not known.",
  source_gone:
    "read by an earlier version, and no longer in the source. The figures stay; the newer details stay unknown.",
};

/** The months that an earlier version read, which kept fewer columns, and what becomes of them. */
export function EarlierMonths({ months }: { months: readonly ProcessedMonth[] }) {
  return (["read_again", "source_gone"] as const).map((earlier) => {
    const found = months.filter((month) => month.earlier === earlier);
    if (found.length === 0) return null;
    return (
      <p key={earlier} role="note">
        {found.map((month) => monthLabel(month.period)).join(", ")}: {words[earlier]}
      </p>
    );
  });
}
