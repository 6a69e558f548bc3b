import type { Failure, Processing } from "../api/types";
import { timeLabel } from "../lib/dates";
import { sinceOf } from "../shell/failures";
import classes from "./health.module.css";

const titles: Partial<Record<Processing["state"], string>> = {
  queued: "The last reading failed, and is tried again",
  running: "The last reading failed, and is being tried again",
  failed: "The last reading failed",
  parked: "Reading was given up for now",
};

/** Why a connection is not read, or brings nothing new, and what to do; nothing while all is well. */
export function ReadingFailure({ processing }: { processing: Processing }) {
  const { state, failure, failures, next_at } = processing;
  const title = titles[state];
  // Months have their own place; and each cause is said once.
  const others = failures.filter((one) => one.kind !== "month" && one.message !== failure?.message);
  return (
    <>
      {failure && title && (
        <section className={`card ${classes.part}`} aria-labelledby="reading-failure">
          <h2 id="reading-failure">{title}</h2>
          <Words failure={failure} nextAt={next_at} />
        </section>
      )}
      {others.map((one) => (
        <section
          key={`${one.kind} ${one.message}`}
          className={`card ${classes.part}`}
          aria-labelledby={`failing-${one.kind}`}
        >
          <h2 id={`failing-${one.kind}`}>
            {one.kind === "stopped" ? "No new deliveries come" : "The source could not be read"}
          </h2>
          <Words failure={one} nextAt={null} />
        </section>
      ))}
    </>
  );
}

function Words({ failure, nextAt }: { failure: Failure; nextAt: string | null }) {
  const place = [failure.period, failure.file].filter(Boolean).join(", ");
  const since = sinceOf(failure);
  return (
    <div role="status" className={classes.words}>
      <p>{place ? `${place}: ${failure.message}` : failure.message}</p>
      {failure.advice && <p>{failure.advice}</p>}
      {nextAt && <p>It is tried again at {timeLabel(nextAt)} UTC.</p>}
      {since && <p className={classes.since}>{since}.</p>}
    </div>
  );
}
