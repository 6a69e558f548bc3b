import { useSuspenseQuery } from "@tanstack/react-query";
import { resolveRange, type Span } from "../address/range";
import { dataVersion, queries } from "../api/queries";
import type { Overview } from "../api/types";

interface Stand {
  overview: Overview;
  /** Answers are kept by it. */
  version: string;
  /** The last 30 days of data. */
  recent: Span;
}

/** What pages of figures stand on; only below the shell, which has waited for it. */
export function useOverview(): Stand {
  const { data: overview } = useSuspenseQuery(queries.overview());
  const end = overview.data_to ?? new Date().toISOString().slice(0, 10);
  return {
    overview,
    version: dataVersion(overview),
    recent: resolveRange({ preset: "last-30-days" }, end),
  };
}
