import { Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { drillDown } from "../address/state";
import { queries } from "../api/queries";
import { hourLabel } from "../lib/dates";
import { comparable } from "./comparable";
import { NoDataYet } from "./empty";
import classes from "./page.module.css";
import { SpendAnalysis } from "./spend-analysis";
import { SummaryCards } from "./summary-cards";
import { useAnalysisState, useScope } from "./use-analysis";

/** Where the money goes: the month so far, and spend over time by nine breakdowns. */
export function CostAnalysisPage() {
  const [state, set] = useAnalysisState();
  const scope = useScope(state);
  const { overview, version, query, dimension } = scope;
  const costs = useQuery({
    ...queries.costs(version, { ...query, top: 20 }),
    enabled: overview.has_data && dimension !== undefined,
  });
  const through = overview.data_through;
  const compared = useMemo(() => costs.data && comparable(costs.data, overview), [costs.data, overview]);
  // While another breakdown is under way, rows of the last one must not be named after the new.
  const shown = { ...costs, data: compared?.group_by[0] === dimension ? compared : undefined };
  return (
    <>
      <div className={classes.head}>
        <Title order={1} size="h2">
          Cost Analysis
        </Title>
        {through && (
          <Text size="sm" c="dimmed">
            Data through {hourLabel(through)}
          </Text>
        )}
      </div>
      {overview.has_data ? (
        <>
          <SummaryCards
            state={state}
            scope={scope}
            costs={shown.data}
            onDrill={(key) => set(drillDown(state, key, scope.tagKey))}
          />
          <SpendAnalysis state={state} scope={scope} costs={shown} onState={set} />
        </>
      ) : (
        <NoDataYet overview={overview} />
      )}
    </>
  );
}
