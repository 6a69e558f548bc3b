import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { spanLabel } from "../lib/dates";
import { Problem } from "../ui/problem";
import { useOverview } from "../ui/use-overview";
import classes from "./chart.module.css";
import { DayChart, type DayInk } from "./day-chart";
import { daySpoken } from "./event-days";
import { eventOption } from "./event-option";
import { trendQueries } from "./queries";
import trendsClasses from "./trends.module.css";
import type { TrendDays, TrendEvent } from "./types";
import { WhyPanel } from "./why-panel";

interface Props {
  event: TrendEvent;
  /** The day that is asked about. */
  day: string | undefined;
  onDay: (day: string) => void;
}

/** Cost by day in the band of what is regular; a click on a day says why, or why no event. */
export function EventChart({ event, day, onDay }: Props) {
  const { version } = useOverview();
  const found = useQuery(trendQueries.days(event.id, version));
  return (
    <section className={`card ${trendsClasses.panel}`} aria-labelledby="trend">
      <div className={trendsClasses.head}>
        <h2 id="trend">Trend</h2>
        <span>
          {found.data
            ? `${spanLabel(found.data.from, found.data.to)}, ${event.currency}, by day`
            : `${event.currency}, by day`}
        </span>
      </div>
      {found.error ? (
        <Problem error={found.error} onRetry={() => void found.refetch()} />
      ) : !found.data ? (
        <div className={classes.alone} aria-busy="true">
          <Skeleton height="100%" radius="md" />
        </div>
      ) : found.data.days.length === 0 ? (
        <p className={trendsClasses.note}>The days of this event are not in the bills any more.</p>
      ) : (
        <>
          <Days days={found.data} event={event} day={day} onDay={onDay} />
          {day === undefined ? (
            <p className={trendsClasses.note}>
              Click a day, or walk there with the arrow keys, to read why it is irregular, or why not.
            </p>
          ) : (
            <WhyPanel event={event} day={day} />
          )}
        </>
      )}
    </section>
  );
}

function Days({ days, event, day, onDay }: Props & { days: TrendDays }) {
  const { currency } = days;
  const { first_day, last_day, direction } = event;
  const option = useCallback(
    (ink: DayInk) => eventOption(days, { first_day, last_day, direction }, ink),
    [days, first_day, last_day, direction],
  );
  const spoken = useMemo(
    () => days.days.map((one) => daySpoken(one, { first_day, last_day }, currency)),
    [days, first_day, last_day, currency],
  );
  const asked = day === undefined ? -1 : days.days.findIndex((one) => one.day === day);
  const banded = days.days.some((one) => one.high !== null);
  const first = days.days.findIndex((one) => one.day >= first_day);
  return (
    <>
      <div className={classes.alone}>
        <DayChart
          option={option}
          label={`Cost by day with the range that is regular${days.watched === null ? "" : ` of ${days.watched}`}, ${spanLabel(days.from, days.to)}, in ${currency}. The slider after it reads the days.`}
          spoken={spoken}
          at={asked >= 0 ? asked : Math.max(0, first)}
          testId="event-chart"
          keysLabel="Days of the trend"
          onDay={(at) => {
            const next = days.days[at];
            if (next) onDay(next.day);
          }}
        >
          {(plot) =>
            asked >= 0 && (
              <div
                className={classes.picked}
                style={{ left: plot.x[asked], top: 4, height: plot.bottom - 4 }}
                data-testid="asked-day"
              />
            )
          }
        </DayChart>
      </div>
      <ul className={classes.key} aria-label="Colours of the chart">
        <li>
          <i aria-hidden /> Cost
        </li>
        <li>
          <i data-kind={direction === "increase" ? "event" : "less"} aria-hidden /> Days of the event
        </li>
        {days.watched !== null && (
          <li>
            <i data-kind="watched" aria-hidden /> All of {days.watched}
          </li>
        )}
        {banded && (
          <>
            <li>
              <i data-kind="band" aria-hidden /> Regular range{days.watched !== null && " of that"}
            </li>
            <li>
              <i data-kind="expected" aria-hidden /> Expected
            </li>
          </>
        )}
        {days.days.some((one) => !one.whole) && <li>* not complete yet</li>}
        {!banded && (
          <li>No regular range: it is known by day, and this comes by the month or is not watched.</li>
        )}
      </ul>
    </>
  );
}
