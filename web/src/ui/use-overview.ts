import { useSuspenseQuery } from "@tanstack/react-query";
import type { Span } from "../address/range";
import { recentSpan } from "../address/recent";
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
  return { overview, version: dataVersion(overview), recent: recentSpan(overview) };
}
