import { IconActivityHeartbeat } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import type { AnalysisState } from "../address/state";
import { ApiProblem } from "../api/client";
import { addDays, hourLabel } from "../lib/dates";
import { reportQueries } from "../reports/queries";
import { Empty } from "../ui/empty";
import { LinkButton } from "../ui/link-button";
import { PageHead } from "../ui/page-head";
import { PageLoading } from "../ui/page-loading";
import { useOverview } from "../ui/use-overview";
import { useStable } from "../ui/use-stable";
import type { TrendSearch } from "./address";
import { Causes } from "./causes";
import { Comments } from "./comments";
import classes from "./event.module.css";
import { breakdownsOf, EventBreakdown } from "./event-breakdown";
import { EventChart } from "./event-chart";
import { EventFigures } from "./event-figures";
import { EventHistory } from "./event-history";
import { Judge } from "./judge";
import { costsOf, savedFilters } from "./links";
import { trendQueries } from "./queries";
import trendsClasses from "./trends.module.css";
import type { TrendEventPage, TrendObject } from "./types";
import { WaterfallPicture } from "./waterfall-picture";
import { eventDays, kindSentences, quietWords, statusSentences } from "./words";

/** Days around an event that Cost Analysis shows with it. */
const around = 28;

/** One event: what it cost and should have, when, why, what became of it, and what people say. */
export function EventPage() {
  const { id } = useParams({ from: "/shell/trends/events/$id" });
  const found = useQuery(trendQueries.event(id));
  if (found.error instanceof ApiProblem && found.error.status === 404) {
    return (
      <>
        <PageHead title="Event" lead={<Link to="/trends/events">Back to all events</Link>} />
        <div className="card">
          <Empty
            icon={IconActivityHeartbeat}
            title="There is no such event"
            text="The address is wrong, or it is about accounts that you may not see."
          >
            <LinkButton to="/trends/events" variant="default">
              All events
            </LinkButton>
          </Empty>
        </div>
      </>
    );
  }
  if (found.error || !found.data) return <PageLoading query={found} heights={[110, 420, 300]} />;
  return <Found page={found.data} />;
}

function Found({ page }: { page: TrendEventPage }) {
  const { event } = page;
  const search = useSearch({ from: "/shell/trends/events/$id" });
  const navigate = useNavigate();
  const { overview } = useOverview();
  const reports = useQuery({ ...reportQueries.all(), enabled: "filter" in event.object });
  const actions = useStable({
    set: (next: TrendSearch, replace = false) =>
      void navigate({
        to: "/trends/events/$id",
        params: { id: event.id },
        search: { ...search, ...next },
        replace,
        resetScroll: false,
      }),
  });
  const days = { from: addDays(event.first_day, -around), to: addDays(event.last_day, 1) };
  const costs = (object: TrendObject): AnalysisState | undefined =>
    costsOf(event, object, days, overview.currencies.length > 1, (id) =>
      savedFilters(reports.data?.reports.find((one) => one.id === id)?.address),
    );
  const all = costs({});
  const choices = breakdownsOf(event);
  const by = choices.find((one) => one.value === search.by)?.value ?? choices[0]?.value ?? "usage_type";
  const listed = Number(search.page);
  return (
    <>
      <PageHead
        title={event.title}
        lead={
          <>
            {eventDays(event)}. {kindSentences[event.kind]} {statusSentences[event.status]}{" "}
            <Link to="/trends">Back to Trends</Link>
          </>
        }
      >
        <div className={trendsClasses.several}>
          {all && (
            <LinkButton to="/" search={all} variant="default">
              Show in Cost Analysis
            </LinkButton>
          )}
          {page.bill_diff && (
            <LinkButton
              to="/connections/$id/changes"
              params={{ id: page.bill_diff.connection }}
              search={{ month: page.bill_diff.month, at: page.bill_diff.at, currency: event.currency }}
              variant="default"
            >
              What the restated bill changed
            </LinkButton>
          )}
        </div>
      </PageHead>
      {event.hint === "security" && (
        <p className={trendsClasses.message} role="note">
          This region was never used before. Stolen keys are used where nobody looks: check who started this.
        </p>
      )}
      <EventFigures event={event} />
      <EventChart
        event={event}
        day={search.day}
        onDay={(day) => actions.set({ day }, search.day !== undefined)}
      />
      <div className={classes.columns}>
        <div>
          {page.waterfall && (
            <section className={`card ${trendsClasses.panel}`} aria-labelledby="change">
              <div className={trendsClasses.head}>
                <h2 id="change">How the cost changed</h2>
                <span>
                  {eventDays(event)}, {event.currency}, amortized
                </span>
              </div>
              <WaterfallPicture waterfall={page.waterfall} currency={event.currency} />
            </section>
          )}
          <section className={`card ${trendsClasses.panel}`} aria-labelledby="causes">
            <div className={trendsClasses.head}>
              <h2 id="causes">What explains it</h2>
              <span>Best first, {event.currency}</span>
            </div>
            <Causes event={event} costs={costs} />
          </section>
          <EventBreakdown
            event={event}
            by={by}
            page={Number.isSafeInteger(listed) && listed > 1 ? listed : 1}
            onBy={(next) => actions.set({ by: next, page: "" })}
            onPage={(next) => actions.set({ page: next > 1 ? String(next) : "" })}
          />
        </div>
        <div>
          <Judge page={page} />
          <Comments id={event.id} comments={page.comments} may={page.may.answer} />
          <EventHistory page={page} />
        </div>
      </div>
      <p className={classes.seen}>
        {event.quiet && `${quietWords[event.quiet]} `}
        {page.seen.through && `Looked at the data through ${hourLabel(page.seen.through)}.`} Event {event.id}.
      </p>
    </>
  );
}
