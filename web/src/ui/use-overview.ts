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

/** Day after the last with data; without any, today. */
export function dataEnd(overview: Overview): string {
  return overview.data_to ?? new Date().toISOString().slice(0, 10);
}

/** The last 30 days of data. */
export function recentSpan(overview: Overview): Span {
  return resolveRange({ preset: "last-30-days" }, dataEnd(overview));
}

/** What pages of figures stand on; only below the shell, which has waited for it. */
export function useOverview(): Stand {
  const { data: overview } = useSuspenseQuery(queries.overview());
  return { overview, version: dataVersion(overview), recent: recentSpan(overview) };
}
