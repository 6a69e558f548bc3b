import { memo } from "react";
import type { CardTarget } from "../address/explain";
import type { Metric } from "../address/metric";
import { MissedCard } from "./missed-card";
import { MonthCard } from "./month-card";
import { ProjectedCard } from "./projected-card";
import classes from "./summary-cards.module.css";

interface Props {
  version: string;
  metric: Metric;
  filter: string[];
  onExplain: (card: CardTarget) => void;
}

/** The month so far, what it will cost, and what the last week could have saved. */
export const SummaryCards = memo(function SummaryCards({ version, metric, filter, onExplain }: Props) {
  return (
    <section className={classes.cards} aria-label="Summary">
      <MonthCard
        version={version}
        metric={metric}
        filter={filter}
        onExplain={() => onExplain("card:month-to-date")}
      />
      <ProjectedCard version={version} metric={metric} filter={filter} />
      <MissedCard version={version} filter={filter} onExplain={() => onExplain("card:missed-savings")} />
    </section>
  );
});
