import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { dayLabel } from "../lib/dates";
import { moneyRange } from "../lib/money";
import { Money } from "../ui/money";
import { Problem } from "../ui/problem";
import { useOverview } from "../ui/use-overview";
import classes from "./event.module.css";
import { trendQueries } from "./queries";
import type { TrendEvent, TrendWhy } from "./types";
import { daysWords, ruleWords } from "./words";

/** Why a day is part of an event, or why it is none. */
export function WhyPanel({ event, day }: { event: TrendEvent; day: string }) {
  const { version } = useOverview();
  const found = useQuery(trendQueries.why(event.id, version, day));
  return (
    <section className={classes.why} aria-label="Why, or why no event" aria-live="polite">
      {found.error ? (
        <Problem error={found.error} onRetry={() => void found.refetch()} />
      ) : !found.data ? (
        <div aria-busy="true">
          <Skeleton height={64} />
        </div>
      ) : (
        <Answer why={found.data} event={event} stale={found.isPlaceholderData} />
      )}
    </section>
  );
}

function Answer({ why, event, stale }: { why: TrendWhy; event: TrendEvent; stale: boolean }) {
  const irregular = why.answer.kind === "event";
  return (
    <div data-stale={stale} className={classes.answer}>
      <h3>
        {irregular ? "Why there is an event" : "Why there is no event"} on {dayLabel(why.day)}
      </h3>
      <p>
        {why.words}
        {why.answer.id !== null && why.answer.id !== event.id && (
          <>
            {" "}
            <Link to="/trends/events/$id" params={{ id: why.answer.id }}>
              Open that event
            </Link>
          </>
        )}
      </p>
      <dl>
        <div>
          <dt>Cost of the day</dt>
          <dd>
            <Money text={why.cost} currency={why.currency} />
          </dd>
        </div>
        <div>
          <dt>Expected</dt>
          <dd>
            <Money text={why.expected} currency={why.currency} missing="Not known for this day" />
          </dd>
        </div>
        <div>
          <dt>Regular</dt>
          <dd>
            {why.low !== null && why.high !== null
              ? moneyRange(why.low, why.high, why.currency)
              : "not known for this day"}
          </dd>
        </div>
        {why.rule && (
          <div>
            <dt>The upper bound comes from</dt>
            <dd>{ruleWords[why.rule]}</dd>
          </div>
        )}
        <div>
          <dt>This height was seen within 180 days</dt>
          <dd>{why.seen_on.length > 0 ? `on ${daysWords(why.seen_on)}` : "never"}</dd>
        </div>
      </dl>
    </div>
  );
}
