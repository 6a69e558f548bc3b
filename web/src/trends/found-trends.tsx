import { Alert, Skeleton } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { filterText } from "../address/filter";
import { queries } from "../api/queries";
import { spanLabel } from "../lib/dates";
import { formatExact, formatMoney } from "../lib/money";
import { counted } from "../lib/quantity";
import { LinkButton } from "../ui/link-button";
import { Problem } from "../ui/problem";
import { useOverview } from "../ui/use-overview";
import { listQuery, startList, type TopState, writeList } from "./address";
import chartClasses from "./chart.module.css";
import { EventsPanel } from "./events-panel";
import { usageFilters } from "./links";
import { trendQueries } from "./queries";
import { RecordedSwitch } from "./recorded-switch";
import { Looking, lookedWords, NoMatch, NothingIrregular } from "./state";
import classes from "./trends.module.css";
import type { Trends } from "./types";

const TopChart = lazy(() => import("./top-chart").then((module) => ({ default: module.TopChart })));

/** Accounts that have a line of their own. */
const lines = 10;
/** Events that are marked in the chart. */
const marked = 100;

interface Props {
  trends: Trends;
  state: TopState;
  currency: string;
  from: string;
  to: string;
  set: (next: Partial<TopState>) => void;
}

/** The chart, and beneath it the events of its accounts and days. */
export function FoundTrends({ trends, state, currency, from, to, set }: Props) {
  const { overview, version } = useOverview();
  const several = overview.currencies.length > 1;
  const filters = [
    ...(state.accounts ? [state.accounts] : []),
    ...usageFilters,
    ...(several ? [{ dimension: "currency", exclude: false, values: [currency] }] : []),
  ];
  const costs = useQuery(
    queries.costs(version, {
      metric: "amortized",
      group_by: "account_id",
      view: "day",
      from,
      to,
      filter: filters.map(filterText),
      top: lines,
    }),
  );
  const asked = listQuery({
    ...startList,
    accounts: state.accounts?.values ?? [],
    days: { from, to },
    currency: state.currency,
    recorded: state.recorded,
    sort: state.sort,
    page: state.page,
  });
  const looked = trends.looked_at !== null;
  const marks = useQuery({
    ...trendQueries.events(version, trends.looked_at, {
      ...asked,
      sort: "severity",
      order: "desc",
      limit: marked,
      offset: 0,
    }),
    enabled: looked,
  });
  const events = useQuery({
    ...trendQueries.events(version, trends.looked_at, asked),
    enabled: looked,
  });
  const recorded = events.isPlaceholderData ? undefined : events.data?.recorded_only;
  const choice = (
    <RecordedSwitch shown={state.recorded} count={recorded} onShown={(shown) => set({ recorded: shown })} />
  );
  const rest = costs.data?.rows.find((row) => row.other);
  const others = (costs.data?.rows_total ?? 0) - lines;
  return (
    <>
      {trends.state === "failed" && (
        <Alert
          className={classes.message ?? ""}
          role="alert"
          icon={<IconAlertTriangle aria-hidden />}
          title="The last look at the bills failed"
        >
          {trends.message} What was found before stays; the next delivery is looked at again.
        </Alert>
      )}
      {trends.state === "ready" && trends.message && <p className={classes.message}>{trends.message}</p>}
      <section className={`card ${classes.panel}`} aria-labelledby="top-trends">
        <div className={classes.head}>
          <h2 id="top-trends">Top trends</h2>
          <span>
            {spanLabel(from, to)}, {currency}, amortized cost of usage by day
          </span>
        </div>
        {costs.error ? (
          <Problem error={costs.error} onRetry={() => void costs.refetch()} />
        ) : !costs.data ? (
          <div className={chartClasses.area} aria-busy="true">
            <Skeleton height="100%" radius="md" />
            <Skeleton height="100%" radius="md" visibleFrom="sm" />
          </div>
        ) : costs.data.rows.length === 0 ? (
          <p className={classes.note}>No cost of usage in this selection: choose other days or accounts.</p>
        ) : (
          <Suspense
            fallback={
              <div className={chartClasses.area}>
                <Skeleton height="100%" radius="md" />
              </div>
            }
          >
            <TopChart
              costs={costs.data}
              events={marks.data?.events ?? []}
              hidden={state.hidden}
              completeTo={overview.complete_to ?? undefined}
              stale={costs.isPlaceholderData}
              onHidden={(hidden) => set({ hidden, page: state.page })}
            />
          </Suspense>
        )}
        {rest && costs.data && (
          <p className={classes.note}>
            The {lines} largest accounts have lines; {counted(others, "other account")} together cost{" "}
            <span title={formatExact(rest.total, costs.data.currency)}>
              {formatMoney(rest.total, costs.data.currency)}
            </span>
            . Choose accounts above to see them.
          </p>
        )}
      </section>
      <section className={`card ${classes.panel}`} aria-label="Events">
        {!looked ? (
          trends.state === "failed" ? (
            <p className={classes.note}>Nothing is known yet of these bills.</p>
          ) : (
            <Looking />
          )
        ) : events.error ? (
          <Problem error={events.error} onRetry={() => void events.refetch()} />
        ) : !events.data ? (
          <div aria-busy="true">
            <Skeleton height={260} radius={12} />
          </div>
        ) : events.data.total === 0 ? (
          state.accounts ? (
            <NoMatch>{choice}</NoMatch>
          ) : (
            <NothingIrregular trends={trends}>
              <LinkButton
                to="/trends/events"
                search={writeList({ ...startList, status: "all" })}
                variant="default"
              >
                View past events
              </LinkButton>
              {recorded !== 0 && choice}
            </NothingIrregular>
          )
        ) : (
          <EventsPanel
            label="Events, table"
            found={events.data}
            stale={events.isPlaceholderData}
            sort={state.sort}
            onSort={(sort) => set({ sort })}
            page={state.page}
            onPage={(page) => set({ page })}
            head={
              <>
                <h2>Events</h2>
                <p>{lookedWords(trends)}</p>
                {recorded !== 0 && choice}
              </>
            }
          />
        )}
      </section>
    </>
  );
}
