import { Select, Tabs, Text } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { withFilter } from "../address/filter";
import type { AnalysisState } from "../address/state";
import { drillDown } from "../address/state";
import { isTab, tabOf, tabs } from "../address/tabs";
import type { Costs } from "../api/types";
import { SpendChart } from "../chart/spend-chart";
import { ExplainDrawer } from "../explain/drawer";
import { explainQuestion } from "../explain/target";
import { FilterBar } from "../filters/filter-bar";
import { Problem } from "../ui/problem";
import { CostsTable } from "./costs-table";
import { Notes } from "./notes";
import classes from "./page.module.css";
import type { Scope } from "./use-analysis";

interface Props {
  state: AnalysisState;
  scope: Scope;
  costs: Pick<UseQueryResult<Costs>, "data" | "error" | "refetch" | "isPlaceholderData">;
  onState: (next: Partial<AnalysisState>, replace?: boolean) => void;
}

/** Stacked bars over time and the pivot table under them, in nine breakdowns. */
export function SpendAnalysis({ state, scope, costs, onState }: Props) {
  const { dimension, tagKey } = scope;
  const tab = tabOf(state.tab);
  const name = tab.id === "tag" ? `Tag ${tagKey ?? ""}`.trim() : tab.label;
  const drill = (key: string) => onState(drillDown(state, key, tagKey));
  const explain = (target: string, at: string | undefined) =>
    onState({
      explain: {
        target: target === "total" || target === "other" ? target : { row: target.replace(/^row:/, "") },
        at,
        page: 1,
      },
    });
  const filter = (key: string, exclude: boolean) => {
    if (dimension === undefined) return;
    onState({
      filters: withFilter(state.filters, { dimension, exclude, values: [key] }),
      explain: undefined,
    });
  };
  const question = explainQuestion(state, scope, costs.data);
  return (
    <section className={`card ${classes.spend}`} aria-label="Spend analysis">
      <Tabs
        className={classes.tabs ?? ""}
        value={state.tab}
        onChange={(next) =>
          isTab(next ?? undefined) &&
          onState({
            tab: next as AnalysisState["tab"],
            hidden: [],
            search: "",
            allRows: false,
            sort: undefined,
            explain: undefined,
          })
        }
      >
        <Tabs.List aria-label="Break down by">
          {tabs.map((one) => (
            <Tabs.Tab key={one.id} value={one.id} aria-controls="spend-panel">
              {one.label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
      </Tabs>
      <div id="spend-panel" role="tabpanel" aria-label={`Spend by ${name.toLowerCase()}`}>
        <FilterBar state={state} scope={scope} onChange={onState} />
        {state.tab === "tag" && scope.dimensions && scope.dimensions.tag_keys.length > 0 && (
          <div className={classes.tag}>
            <label htmlFor="tag-key">Tag key</label>
            <Select
              id="tag-key"
              size="xs"
              searchable
              allowDeselect={false}
              data={scope.dimensions.tag_keys}
              value={tagKey ?? null}
              onChange={(key) =>
                key !== null && onState({ tagKey: key, hidden: [], search: "", explain: undefined })
              }
            />
          </div>
        )}
        {dimension === undefined ? (
          <Text c="dimmed" p={48} ta="center">
            {scope.dimensions
              ? "No resource in this data carries a tag that reports show."
              : "Loading tag keys…"}
          </Text>
        ) : costs.error ? (
          <Problem error={costs.error} onRetry={() => void costs.refetch()} />
        ) : (
          <>
            <SpendChart
              costs={costs.data}
              stale={costs.isPlaceholderData}
              dimension={dimension}
              hidden={state.hidden}
              label={`Cost by ${name.toLowerCase()} and ${scope.view}, UTC`}
              wholeBars={state.wholeBars}
              onWholeBars={(wholeBars) => onState({ wholeBars }, true)}
              onHidden={(hidden) => onState({ hidden }, true)}
              onDrill={(series) => drill(series.key)}
              onExplain={(series, start) => explain(series.id, start)}
            />
            <CostsTable
              state={state}
              scope={scope}
              name={name}
              plural={tab.plural}
              dimension={dimension}
              top={costs.data}
              stale={costs.isPlaceholderData}
              onState={onState}
              onDrill={drill}
              onFilter={filter}
              onExplain={explain}
            />
            {costs.data && <Notes costs={costs.data} />}
          </>
        )}
      </div>
      <ExplainDrawer
        question={question}
        version={scope.version}
        onPage={(page) => state.explain && onState({ explain: { ...state.explain, page } })}
        onClose={() => onState({ explain: undefined })}
      />
    </section>
  );
}
