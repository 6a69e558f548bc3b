import { Skeleton } from "@mantine/core";
import { IconAdjustments, IconList } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import type { Filter } from "../address/filter";
import { resolveRange } from "../address/range";
import { dataEnd } from "../address/recent";
import { NoDataYet } from "../analysis/empty";
import { hasRole, useSession } from "../api/session";
import { TimeFilter } from "../filters/time-filter";
import { ValuesFilter } from "../filters/values-filter";
import { CurrencyChoice } from "../ui/currency-choice";
import { LinkButton } from "../ui/link-button";
import { PageHead } from "../ui/page-head";
import { Problem } from "../ui/problem";
import { useOverview } from "../ui/use-overview";
import { useStable } from "../ui/use-stable";
import { accountDimension, readTop, startList, type TopState, writeList, writeTop } from "./address";
import { FoundTrends } from "./found-trends";
import { trendQueries } from "./queries";
import classes from "./trends.module.css";

/** What is irregular, without being asked: daily cost by account, and the events that were found in it. */
export function TrendsPage() {
  const { overview } = useOverview();
  const may = hasRole(useSession(), "viewer");
  return (
    <>
      <PageHead title="Trends" lead="Irregular spend, found and explained. Daily amortized cost of usage.">
        <div className={classes.several}>
          <LinkButton
            to="/trends/events"
            search={writeList(startList)}
            variant="default"
            leftSection={<IconList size={16} aria-hidden />}
          >
            View all events
          </LinkButton>
          {may && (
            <LinkButton
              to="/trends/definitions"
              variant="default"
              leftSection={<IconAdjustments size={16} aria-hidden />}
            >
              Event definitions
            </LinkButton>
          )}
        </div>
      </PageHead>
      {overview.has_data ? <Top /> : <NoDataYet overview={overview} />}
    </>
  );
}

function Top() {
  const search = useSearch({ from: "/shell/trends" });
  const state = useMemo(() => readTop(search), [search]);
  const navigate = useNavigate();
  const { overview, version } = useOverview();
  const actions = useStable({
    set: (next: Partial<TopState>) =>
      void navigate({ to: "/trends", search: writeTop({ ...state, page: 1, ...next }), resetScroll: false }),
    accounts: (filter: Filter) => actions.set({ accounts: filter.values.length > 0 ? filter : undefined }),
  });
  const span = resolveRange(state.range, dataEnd(overview));
  const { from, to } = span;
  const trends = useQuery(trendQueries.trends(version, state.currency));
  const currency = trends.data?.currency ?? state.currency ?? overview.currency;
  const scope = useMemo(
    () => ({ version, from, to, metric: "amortized", currency }),
    [version, from, to, currency],
  );
  if (trends.error) {
    return (
      <div className="card">
        <Problem error={trends.error} onRetry={() => void trends.refetch()} />
      </div>
    );
  }
  return (
    <>
      <div className={classes.scope} role="toolbar" aria-label="Filters">
        <ValuesFilter
          dimension={accountDimension}
          filter={state.accounts}
          scope={scope}
          onlyInclude
          onFilter={actions.accounts}
        />
        <TimeFilter
          range={state.range}
          span={span}
          dataFrom={overview.data_from ?? undefined}
          dataTo={overview.data_to ?? to}
          onRange={(range) => actions.set({ range })}
        />
        {overview.currencies.length > 1 && (
          <CurrencyChoice
            currencies={overview.currencies}
            value={currency}
            onChange={(next) => actions.set({ currency: next })}
          />
        )}
      </div>
      {trends.data ? (
        <FoundTrends
          trends={trends.data}
          state={state}
          currency={currency}
          from={from}
          to={to}
          set={actions.set}
        />
      ) : (
        <div aria-busy="true">
          <Skeleton height={420} radius={12} mb={18} />
          <Skeleton height={300} radius={12} />
        </div>
      )}
    </>
  );
}
