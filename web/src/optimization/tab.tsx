import { Skeleton } from "@mantine/core";
import { Problem } from "../ui/problem";
import type { OptimizationState } from "./address";
import cards from "./cards.module.css";
import type { Asked } from "./queries";
import classes from "./section.module.css";

/** What each tab stands on. */
export interface TabProps {
  state: OptimizationState;
  set: (next: Partial<OptimizationState>, replace?: boolean) => void;
  asked: Asked;
  version: string;
}

/** Why a tab's figures do not come, else their places. */
export function TabLoading({ query }: { query: { error: Error | null; refetch: () => unknown } }) {
  if (query.error) {
    return (
      <div className="card">
        <Problem error={query.error} onRetry={() => void query.refetch()} />
      </div>
    );
  }
  return (
    <div aria-busy="true">
      <div className={cards.cards}>
        {[1, 2, 3, 4].map((at) => (
          <Skeleton key={at} height={104} radius={12} />
        ))}
      </div>
      <Skeleton height={340} radius={12} mb={16} />
      <Skeleton height={280} radius={12} />
    </div>
  );
}

/** What had to be assumed, shortened, or is not known of a whole answer. */
export function Notes({ notes, quiet = false }: { notes: readonly string[]; quiet?: boolean }) {
  if (notes.length === 0) return null;
  const list = (
    <ul className={classes.notes} data-tone={quiet ? "plain" : "warn"} aria-label="Notes">
      {notes.map((note) => (
        <li key={note}>{note}</li>
      ))}
    </ul>
  );
  if (!quiet || notes.length < 4) return list;
  // Many at once would push the figures off the page.
  return (
    <details className={classes.folded}>
      <summary>{notes.length} things were assumed, or are not known</summary>
      {list}
    </details>
  );
}
