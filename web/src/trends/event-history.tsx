import { Link } from "@tanstack/react-router";
import { hasRole, useSession } from "../api/session";
import { addDays, spanLabel, timeLabel } from "../lib/dates";
import classes from "./event.module.css";
import trendsClasses from "./trends.module.css";
import type { TrendEventPage } from "./types";

/** Who else saw it, what became of it, and who was told. */
export function EventHistory({ page }: { page: TrendEventPage }) {
  const whole = hasRole(useSession(), "viewer");
  return (
    <>
      <section className={`card ${trendsClasses.panel}`} aria-labelledby="seen-by">
        <div className={trendsClasses.head}>
          <h2 id="seen-by">Found by</h2>
        </div>
        <ul className={classes.lines}>
          {page.sightings.map((one) => (
            <li key={`${one.definition.id} ${one.words}`}>
              <strong>{one.definition.name}</strong>
              <span>
                {one.words}, {spanLabel(one.first_day, addDays(one.last_day, 1))}
              </span>
            </li>
          ))}
        </ul>
      </section>
      <section className={`card ${trendsClasses.panel}`} aria-labelledby="history">
        <div className={trendsClasses.head}>
          <h2 id="history">History</h2>
          <span>Times in UTC</span>
        </div>
        <ol className={classes.lines}>
          {page.history.map((one) => (
            <li key={`${one.at} ${one.transition} ${one.words}`}>
              <strong>{one.words}</strong>
              <span>{timeLabel(one.at)}</span>
            </li>
          ))}
        </ol>
      </section>
      <section className={`card ${trendsClasses.panel}`} aria-labelledby="told">
        <div className={trendsClasses.head}>
          <h2 id="told">Notifications</h2>
        </div>
        {page.deliveries.length === 0 ? (
          <p className={trendsClasses.note}>
            Nothing was sent about this event.
            {whole && (
              <>
                {" "}
                Channels are under{" "}
                <Link to="/organization" search={{ tab: "notifications" }}>
                  Organization, Notifications
                </Link>
                .
              </>
            )}
          </p>
        ) : (
          <ul className={classes.lines}>
            {page.deliveries.map((one) => (
              <li key={`${one.channel} ${one.at}`}>
                <strong>{one.channel}</strong>
                <span>
                  {one.outcome}, {timeLabel(one.at)} UTC
                </span>
              </li>
            ))}
          </ul>
        )}
      </section>
    </>
  );
}
