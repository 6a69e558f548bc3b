import { Button, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconRotate, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { NoDataYet } from "../analysis/empty";
import { hasRole, useSession } from "../api/session";
import { CurrencyChoice } from "../ui/currency-choice";
import { PageHead } from "../ui/page-head";
import { PageLoading } from "../ui/page-loading";
import { useOverview } from "../ui/use-overview";
import { useStable } from "../ui/use-stable";
import { isNarrowed, type ListState, listQuery, readList, startList, statuses, writeList } from "./address";
import { EventsPanel } from "./events-panel";
import { ListFilters } from "./list-filters";
import { trendQueries } from "./queries";
import { RecordedSwitch } from "./recorded-switch";
import { Looking, lookedWords, NoMatch, NothingIrregular } from "./state";
import { StatusTabs } from "./status-tabs";
import classes from "./trends.module.css";
import type { Trends } from "./types";

/** Every event that was ever found: active, archived, withdrawn. */
export function EventsPage() {
  const { overview } = useOverview();
  return (
    <>
      <PageHead
        title="All events"
        lead={
          <>
            Everything irregular that was found, with what became of it.{" "}
            <Link to="/trends">Back to Trends</Link>
          </>
        }
      />
      {overview.has_data ? <List /> : <NoDataYet overview={overview} />}
    </>
  );
}

function List() {
  const search = useSearch({ from: "/shell/trends/events" });
  const state = useMemo(() => readList(search), [search]);
  const navigate = useNavigate();
  const { version } = useOverview();
  const { set } = useStable({
    set: (next: Partial<ListState>, replace = false) =>
      void navigate({
        to: "/trends/events",
        search: writeList({ ...state, page: 1, ...next }),
        replace,
        resetScroll: false,
      }),
  });
  const trends = useQuery(trendQueries.trends(version, state.currency));
  if (trends.error || !trends.data) return <PageLoading query={trends} heights={[420]} />;
  return <Events trends={trends.data} state={state} set={set} />;
}

interface Props {
  trends: Trends;
  state: ListState;
  set: (next: Partial<ListState>, replace?: boolean) => void;
}

function Events({ trends, state, set }: Props) {
  const { overview, version } = useOverview();
  const whole = hasRole(useSession(), "viewer");
  const [text, setText] = useState(state.search);
  const look = useDebouncedCallback((next: string) => set({ search: next }, true), 250);
  const known = trends.looked_at !== null;
  const found = useQuery({
    ...trendQueries.events(version, trends.looked_at, listQuery(state)),
    enabled: known,
  });
  const choosesRecorded = state.definitions.length === 0 && state.status !== "archived";
  if (!known) {
    return (
      <div className="card">
        <Looking />
      </div>
    );
  }
  if (found.error || !found.data) return <PageLoading query={found} heights={[420]} />;
  const reset = () => {
    setText("");
    set({ ...startList, status: state.status, currency: state.currency, recorded: state.recorded });
  };
  return (
    <section className="card" aria-label="All events">
      <StatusTabs value={state.status} choices={statuses} onChoose={(status) => set({ status })} />
      <div className={classes.filters} role="toolbar" aria-label="Filters">
        <TextInput
          className={classes.search ?? ""}
          size="xs"
          leftSection={<IconSearch size={15} aria-hidden />}
          placeholder="Search title, account, service, tag or id"
          aria-label="Search events"
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
            look(event.currentTarget.value);
          }}
        />
        <ListFilters state={state} set={set} definitions={whole} />
        {overview.currencies.length > 1 && (
          <CurrencyChoice
            currencies={overview.currencies}
            value={trends.currency ?? overview.currency}
            onChange={(currency) => set({ currency })}
          />
        )}
        {choosesRecorded && (
          <RecordedSwitch
            shown={state.recorded}
            count={found.isPlaceholderData ? undefined : found.data.recorded_only}
            onShown={(recorded) => set({ recorded })}
          />
        )}
        {isNarrowed(state) && (
          <Button
            size="xs"
            variant="subtle"
            leftSection={<IconRotate size={15} aria-hidden />}
            onClick={reset}
          >
            Reset filters
          </Button>
        )}
      </div>
      {found.data.total === 0 ? (
        !isNarrowed(state) && (state.status === "active" || state.status === "all") ? (
          <NothingIrregular trends={trends} />
        ) : (
          <NoMatch>
            {isNarrowed(state) && (
              <Button variant="default" onClick={reset}>
                Reset filters
              </Button>
            )}
          </NoMatch>
        )
      ) : (
        <EventsPanel
          label="All events, table"
          found={found.data}
          stale={found.isPlaceholderData}
          sort={state.sort}
          onSort={(sort) => set({ sort })}
          page={state.page}
          onPage={(page) => set({ page })}
          head={<p>{lookedWords(trends)}</p>}
        />
      )}
    </section>
  );
}
