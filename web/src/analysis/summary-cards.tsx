import { type CardTarget, explainOf } from "../address/explain";
import { subsetFilter } from "../address/filter";
import type { AnalysisState } from "../address/state";
import { MissedCard } from "./missed-card";
import { MonthCard } from "./month-card";
import { ProjectedCard } from "./projected-card";
import classes from "./summary-cards.module.css";

interface Props {
  state: AnalysisState;
  version: string;
  onState: (next: Partial<AnalysisState>) => void;
}

/** The month so far, what it will cost, and what the last week could have saved. */
export function SummaryCards({ state, version, onState }: Props) {
  const explain = (card: CardTarget) => () => onState({ explain: explainOf(card) });
  const filter = subsetFilter(state.filters);
  return (
    <section className={classes.cards} aria-label="Summary">
      <MonthCard
        version={version}
        metric={state.metric}
        filter={filter}
        onExplain={explain("card:month-to-date")}
      />
      <ProjectedCard version={version} metric={state.metric} filter={filter} />
      <MissedCard version={version} filter={filter} onExplain={explain("card:missed-savings")} />
    </section>
  );
}
