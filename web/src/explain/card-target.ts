import type { CardTarget } from "../address/explain";
import type { Metric } from "../address/metric";
import type { ExplainQuery } from "../api/queries";
import type { MonthToDate, Savings } from "../api/types";
import { spanLabel } from "../lib/dates";

/** The cards' own answers: their figures have spans and filters of their own. */
export interface CardFigures {
  month: MonthToDate | undefined;
  savings: Savings | undefined;
}

interface CardQuestion {
  query: Omit<ExplainQuery, "sort" | "order" | "page" | "page_size">;
  what: string;
  when: string;
  note?: string;
}

export function cardQuestion(
  target: CardTarget,
  metric: Metric,
  filter: string[],
  { month, savings }: CardFigures,
): CardQuestion | undefined {
  if (target === "card:month-to-date") {
    return (
      month && {
        query: { metric, from: month.from, to: month.to, filter },
        what: "Month to date",
        when: spanLabel(month.from, month.to),
      }
    );
  }
  const query = savings?.explain ?? undefined;
  return (
    query && {
      query,
      what: "On-demand usage of the last week",
      when: spanLabel(query.from, query.to),
      note: "This is what was paid on demand. The missed savings are the part of it that commitments or spot would have spared.",
    }
  );
}
