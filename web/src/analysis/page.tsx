import { Skeleton, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useDeferredValue, useEffect, useMemo, useRef } from "react";
import { inOneCurrency } from "../address/currency";
import { type CardTarget, explainOf } from "../address/explain";
import { subsetFilter, withFilter } from "../address/filter";
import { sameTexts } from "../address/list";
import { byId } from "../address/references";
import { type AnalysisState, freshRows } from "../address/state";
import { hourLabel } from "../lib/dates";
import { useStable } from "../ui/use-stable";
import { EfficiencyPanel } from "./efficiency-panel";
import { NoDataYet } from "./empty";
import { loadSpend } from "./load-below";
import classes from "./page.module.css";
import { PageScope } from "./page-scope";
import panelClasses from "./panel.module.css";
import { PastBills } from "./past-bills";
import { mainCostsQuery } from "./scope";
import { SummaryCards } from "./summary-cards";
import { TopAccounts } from "./top-accounts";
import { useAnalysisState, useScope } from "./use-analysis";

const SpendAnalysis = lazy(() => loadSpend().then((module) => ({ default: module.SpendAnalysis })));
// Behind a click: loaded once the page stands.
const Explain = lazy(() => import("../explain/explain").then((module) => ({ default: module.Explain })));

/** Where the money goes. Bills as they stood on another day are looked at first: they may not be kept any more. */
export function CostAnalysisPage() {
  const [asked, set, aim] = useAnalysisState();
  const page = <Analysis asked={asked} set={set} aim={aim} />;
  if (asked.asOf === undefined) return page;
  return (
    <PastBills asOf={asked.asOf} onNow={() => set({ asOf: undefined, explain: undefined })}>
      {page}
    </PastBills>
  );
}

interface Props {
  asked: AnalysisState;
  set: (next: Partial<AnalysisState>, replace?: boolean) => void;
  aim: (next: Partial<AnalysisState>) => void;
}

/** The month so far, the accounts that matter most, and spend over time by any breakdown. */
function Analysis({ asked, set, aim }: Props) {
  const scope = useScope(asked);
  const spend = useRef<HTMLElement>(null);
  const { overview, version, groupBy } = scope;
  // Everything on the page is in one currency, also what follows no other filter.
  const state = useMemo(
    () => ({ ...asked, filters: [...inOneCurrency(asked.filters, overview)] }),
    [asked, overview],
  );
  const costs = useQuery({
    ...mainCostsQuery(scope),
    enabled: overview.has_data && groupBy.length > 0,
  });
  const through = overview.data_through;
  // While another breakdown is under way, rows of the last one must not be named after the new.
  const known = costs.data && sameTexts(costs.data.group_by, groupBy) ? costs.data : undefined;
  const shown = { ...costs, data: known };
  const actions = useStable({
    explainCard: (card: CardTarget) => set({ explain: explainOf(card) }),
    showAccount: (id: string) => {
      const filter = { dimension: "account_id", exclude: false, values: [id] };
      const filters = withFilter(state.filters, filter);
      // By account, one account is one series: its services say what it is made of.
      set(
        state.tab === "account" ? { ...freshRows, filters, tab: "service" } : { filters, explain: undefined },
      );
      // What changed is further down.
      spend.current?.scrollIntoView({ block: "start" });
      spend.current?.focus({ preventScroll: true });
    },
  });
  // Old addresses say names, which may be other things' tomorrow.
  const offer = scope.dimensions;
  useEffect(() => {
    const next = byId(asked, offer);
    if (next) set(next, true);
  }, [asked, offer, set]);
  // The figures at the top are there while the rest, which is most of the page, is still drawn.
  const below = useDeferredValue(true, false);
  const subset = useMemo(() => subsetFilter(state.filters), [state.filters]);
  return (
    <>
      {overview.has_data && (
        <a className="skip" href="#costs">
          Skip to the table of costs
        </a>
      )}
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
          <PageScope state={asked} scope={scope} onState={set} />
          <SummaryCards
            version={version}
            metric={state.metric}
            filter={subset}
            onExplain={actions.explainCard}
          />
          <div className={panelClasses.panels}>
            <EfficiencyPanel version={version} filter={subset} onAccount={actions.showAccount} />
            <TopAccounts state={state} scope={scope} onAccount={actions.showAccount} />
          </div>
          {below ? (
            <Suspense fallback={<SpendSkeleton />}>
              <SpendAnalysis
                ref={spend}
                state={state}
                scope={scope}
                costs={shown}
                onState={set}
                onAim={aim}
              />
            </Suspense>
          ) : (
            <SpendSkeleton />
          )}
          <Suspense fallback={null}>
            <Explain
              state={state}
              scope={scope}
              costs={shown.data}
              onExplain={(explain) => set({ explain })}
            />
          </Suspense>
        </>
      ) : (
        <NoDataYet overview={overview} />
      )}
    </>
  );
}

function SpendSkeleton() {
  return (
    <section className={`card ${classes.spend}`} aria-label="Spend analysis" aria-busy="true">
      <Skeleton height={1100} radius={0} />
    </section>
  );
}
