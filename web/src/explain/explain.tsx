import { useQuery } from "@tanstack/react-query";
import type { ExplainState } from "../address/explain";
import { subsetFilter } from "../address/filter";
import type { AnalysisState } from "../address/state";
import type { Scope } from "../analysis/scope";
import { queries } from "../api/queries";
import type { Costs } from "../api/types";
import { ExplainDrawer } from "./drawer";
import { explainQuestion } from "./target";

interface Props {
  state: AnalysisState;
  scope: Scope;
  costs: Costs | undefined;
  onExplain: (explain: ExplainState | undefined) => void;
}

/** The explanation that the address asks for. */
export function Explain({ state, scope, costs, onExplain }: Props) {
  const { explain } = state;
  // The answers of the cards, which are on the page already.
  const month = useQuery({
    ...queries.summary(scope.version, state.metric, subsetFilter(state.filters)),
    enabled: explain?.target === "card:month-to-date",
  });
  const savings = useQuery({
    ...queries.savings(scope.version, subsetFilter(state.filters)),
    enabled: explain?.target === "card:missed-savings",
  });
  const question = explainQuestion(state, scope, costs, {
    month: month.data?.month_to_date ?? undefined,
    savings: savings.data,
  });
  const change = (next: Partial<ExplainState>) => explain && onExplain({ ...explain, ...next });
  return (
    <ExplainDrawer
      question={question}
      version={scope.version}
      onPage={(page) => change({ page })}
      onOrder={(order) => change({ order, page: 1 })}
      onPart={(part) => change({ part, page: 1 })}
      onClose={() => onExplain(undefined)}
    />
  );
}
