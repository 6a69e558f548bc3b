import type { UseQueryResult } from "@tanstack/react-query";
import type { Ref } from "react";
import { explainOf } from "../address/explain";
import { keyFilter, withFilter, withKeys } from "../address/filter";
import { type AnalysisState, drillDown, freshRows } from "../address/state";
import { type TabId, tabOf } from "../address/tabs";
import type { Costs } from "../api/types";
import { SpendChart } from "../chart/spend-chart";
import { FilterBar } from "../filters/filter-bar";
import { Problem } from "../ui/problem";
import { useStable } from "../ui/use-stable";
import { BilledBy } from "./billed-by";
import { BreakdownNames, NoNames } from "./breakdown-names";
import { BreakdownTabs } from "./breakdown-tabs";
import { breakdownName } from "./breakdown-words";
import { CostsTable } from "./costs-table";
import { Notes } from "./notes";
import classes from "./page.module.css";
import { restByCharge } from "./rest";
import type { Scope } from "./scope";
import { SelectionLine } from "./selection-line";
import { Untagged } from "./untagged";
import { useBefore } from "./use-before";

interface Props {
  ref: Ref<HTMLElement>;
  state: AnalysisState;
  scope: Scope;
  costs: Pick<UseQueryResult<Costs>, "data" | "error" | "refetch" | "isPlaceholderData">;
  onState: (next: Partial<AnalysisState>, replace?: boolean) => void;
  /** A step is about to be taken. */
  onAim: (next: Partial<AnalysisState>) => void;
}

/** Stacked bars over time and the pivot table under them, one tab a breakdown. */
export function SpendAnalysis({ ref, state, scope, costs, onState, onAim }: Props) {
  const { groupBy, names } = scope;
  const name = breakdownName(state.tab, names);
  const actions = useStable({
    tab: (tab: TabId) => onState({ ...freshRows, tab }),
    aim: (tab: TabId) => onAim({ ...freshRows, tab }),
  });
  const drill = (keys: readonly string[]) => onState(drillDown(state, keys, names));
  const empty = costs.data?.rows.length === 0;
  const before = useBefore(state, scope, costs);
  const explain = (id: string, at: string | undefined) => {
    const target = id === "total" || id === "other" ? id : { row: id.replace(/^row:/, "") };
    onState({ explain: explainOf(target, at) });
  };
  return (
    <section
      ref={ref}
      id="spend"
      tabIndex={-1}
      className={`card ${classes.spend}`}
      aria-label="Spend analysis"
    >
      <BreakdownTabs tab={state.tab} dimensions={scope.dimensions} onTab={actions.tab} onAim={actions.aim} />
      <div id="spend-panel" role="tabpanel" aria-label={`Spend by ${name.toLowerCase()}`}>
        <FilterBar state={state} scope={scope} onChange={onState} onAim={onAim} />
        <BreakdownNames state={state} scope={scope} onState={onState} />
        {groupBy.length === 0 ? (
          <NoNames state={state} scope={scope} />
        ) : costs.error ? (
          <Problem error={costs.error} onRetry={() => void costs.refetch()} />
        ) : (
          <>
            <SelectionLine
              scope={scope}
              costs={costs.data}
              stale={costs.isPlaceholderData}
              dimensions={groupBy}
              onDrill={drill}
            />
            {state.tab === "tag" && !empty && <Untagged state={state} scope={scope} onState={onState} />}
            {scope.view === "hour" && <BilledBy state={state} scope={scope} onState={onState} />}
            <SpendChart
              costs={costs.data}
              stale={costs.isPlaceholderData}
              dimensions={groupBy}
              hidden={state.hidden}
              completeTo={scope.completeTo}
              label={`Cost by ${name.toLowerCase()} and ${scope.view}, UTC`}
              before={before}
              comparedLine={state.comparedLine}
              onComparedLine={(comparedLine) => onState({ comparedLine }, true)}
              wholeBars={state.wholeBars}
              onWholeBars={(wholeBars) => onState({ wholeBars }, true)}
              onHidden={(hidden) => onState({ hidden }, true)}
              onDrill={(series) => drill(series.keys)}
              onExplain={(series, start) => explain(series.id, start)}
            />
            {/* Without a row there is nothing to search, to sort or to export. */}
            {!empty && (
              <CostsTable
                state={state}
                scope={scope}
                name={name}
                plural={tabOf(state.tab).plural}
                top={costs.data}
                stale={costs.isPlaceholderData}
                onState={onState}
                onDrill={drill}
                onOnly={(keys) =>
                  onState({ filters: withKeys(state.filters, groupBy, keys), explain: undefined })
                }
                onLeaveOut={(dimension, key) =>
                  onState({
                    filters: withFilter(state.filters, keyFilter(dimension, key, true)),
                    explain: undefined,
                  })
                }
                onExplain={explain}
                onRest={(shown) => onState(restByCharge(state, groupBy, shown))}
              />
            )}
            {costs.data && !empty && <Notes costs={costs.data} shared={state.shared} />}
          </>
        )}
      </div>
    </section>
  );
}
