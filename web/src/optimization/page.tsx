import { Skeleton, Tabs } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type ComponentType, lazy, Suspense, useMemo } from "react";
import { type Filter, filterText } from "../address/filter";
import type { Search } from "../address/search";
import { NoDataYet } from "../analysis/empty";
import { ValuesFilter } from "../filters/values-filter";
import { CurrencyChoice } from "../ui/currency-choice";
import { PageHead } from "../ui/page-head";
import { useOverview } from "../ui/use-overview";
import { useStable } from "../ui/use-stable";
import {
  freshRows,
  type OptimizationState,
  type OptimizationTab,
  readOptimization,
  tabs,
  writeOptimization,
} from "./address";
import type { Asked } from "./queries";
import classes from "./section.module.css";
import type { TabProps } from "./tab";

const accountDimension = { name: "account_id", plural: "Accounts" };

// A tab is loaded when it is opened.
const panels: Record<OptimizationTab, ComponentType<TabProps>> = {
  overview: lazy(() => import("./overview-tab").then((module) => ({ default: module.OverviewTab }))),
  containers: lazy(() => import("./workloads-tab").then((module) => ({ default: module.ContainersTab }))),
  elastic: lazy(() => import("./workloads-tab").then((module) => ({ default: module.ElasticTab }))),
  reservations: lazy(() =>
    import("./reservations-tab").then((module) => ({ default: module.ReservationsTab })),
  ),
  waste: lazy(() => import("./waste-tab").then((module) => ({ default: module.WasteTab }))),
};

/** What could be saved, shown to the row. */
export function OptimizationPage() {
  const { overview } = useOverview();
  return (
    <>
      <PageHead
        title="Optimization"
        lead="What could be saved, with the rows, prices and assumptions behind each figure."
      />
      {overview.has_data ? <Loaded /> : <NoDataYet overview={overview} />}
    </>
  );
}

function Loaded() {
  const search = useSearch({ from: "/shell/optimization" });
  const state = useMemo(() => readOptimization(search as Search), [search]);
  const navigate = useNavigate();
  const { overview, version, recent } = useOverview();
  const currency = state.currency ?? overview.currency;
  const { from, to } = recent;
  const actions = useStable({
    set: (next: Partial<OptimizationState>, replace = false) =>
      void navigate({
        to: "/optimization",
        search: writeOptimization({ ...state, ...next }),
        replace,
        resetScroll: false,
      }),
    accounts: (filter: Filter) =>
      actions.set({ accounts: filter.values.length > 0 ? filter : undefined, commitment: undefined }),
  });
  const scope = useMemo(
    () => ({ version, from, to, metric: "amortized", currency }),
    [version, from, to, currency],
  );
  const asked = useMemo<Asked>(
    () => ({
      filter: state.accounts ? [filterText(state.accounts)] : [],
      ...(state.currency && { currency: state.currency }),
    }),
    [state.accounts, state.currency],
  );
  const Panel = panels[state.tab];
  return (
    <Tabs
      value={state.tab}
      onChange={(next) => next && actions.set({ ...freshRows, tab: next as OptimizationTab })}
      keepMounted={false}
    >
      <Tabs.List className={classes.tabs ?? ""} aria-label="Optimization">
        {tabs.map((tab) => (
          <Tabs.Tab key={tab.id} value={tab.id}>
            {tab.label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <div className={classes.scope} role="toolbar" aria-label="Filters">
        <ValuesFilter
          dimension={accountDimension}
          filter={state.accounts}
          scope={scope}
          onlyInclude
          onFilter={actions.accounts}
        />
        {overview.currencies.length > 1 && (
          <CurrencyChoice
            currencies={overview.currencies}
            value={currency}
            onChange={(next) => actions.set({ currency: next, commitment: undefined })}
          />
        )}
      </div>
      <Tabs.Panel value={state.tab}>
        <Suspense fallback={<TabSkeleton />}>
          <Panel state={state} set={actions.set} asked={asked} version={version} />
        </Suspense>
      </Tabs.Panel>
    </Tabs>
  );
}

function TabSkeleton() {
  return (
    <div aria-busy="true">
      <Skeleton height={104} radius={12} mb={16} />
      <Skeleton height={360} radius={12} />
    </div>
  );
}
