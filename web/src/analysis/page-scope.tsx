import { Skeleton } from "@mantine/core";
import { lazy, Suspense } from "react";
import { filterOf, withFilter } from "../address/filter";
import { parseSearch, paths } from "../address/path-builder";
import { type AnalysisState, freshRows, readState } from "../address/state";
import { CopyLink } from "./copy-link";
import classes from "./page.module.css";
import { PageCurrency } from "./page-currency";
import type { Scope } from "./scope";

// Loaded beside the figures: nobody waits for these to see the cost.
const SubsetSelector = lazy(() =>
  import("../subsets/subset-selector").then((module) => ({ default: module.SubsetSelector })),
);
const AsOfChoice = lazy(() => import("./as-of-choice").then((module) => ({ default: module.AsOfChoice })));
const SavedReports = lazy(() =>
  import("../reports/saved-reports").then((module) => ({ default: module.SavedReports })),
);

interface Props {
  state: AnalysisState;
  scope: Scope;
  onState: (next: Partial<AnalysisState>) => void;
}

/** Above everything else: the subset that the page is about, and the views of it that were saved. */
export function PageScope({ state, scope, onState }: Props) {
  const filter = filterOf(state.filters, "subset_id");
  // Several subsets, or all but some, are a filter like any other: its chip says so.
  const [id, second] = filter && !filter.exclude ? filter.values : [];
  const chosen = second === undefined ? id : undefined;
  const choose = (id: string | undefined) => {
    const values = id === undefined ? [] : [id];
    // In place of a name that an old address says, too.
    const others = state.filters.filter((one) => one.dimension !== "subset");
    const filters = withFilter(others, { dimension: "subset_id", exclude: false, values });
    onState({ ...freshRows, filters });
  };
  return (
    <div className={classes.saved}>
      <Suspense fallback={<Skeleton height={34} width={190} radius={9} />}>
        <SubsetSelector value={chosen} known={scope.dimensions?.named_subsets} onChange={choose} />
      </Suspense>
      <Suspense fallback={<Skeleton height={34} width={250} radius={9} />}>
        <SavedReports
          // A report shows the bills as they stand when it is sent.
          address={paths.costAnalysisQuery({ ...state, asOf: undefined })}
          onOpen={(address) => onState(readState(parseSearch(address)))}
        />
      </Suspense>
      <CopyLink state={state} scope={scope} />
      <Suspense fallback={<Skeleton height={34} width={110} radius={9} />}>
        <AsOfChoice asOf={state.asOf} onAsOf={(asOf) => onState({ asOf, explain: undefined })} />
      </Suspense>
      {scope.overview.currencies.length > 1 && <PageCurrency state={state} scope={scope} onState={onState} />}
    </div>
  );
}
