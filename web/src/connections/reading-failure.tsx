import type { Processing } from "../api/types";
import { timeLabel } from "../lib/dates";
import classes from "./health.module.css";

const titles: Partial<Record<Processing["state"], string>> = {
  queued: "The last reading failed, and is tried again",
  running: "The last reading failed, and is being tried again",
  failed: "The last reading failed",
  parked: "Reading was given up for now",
};

/** Why a connection is not read, and what to do; nothing when its last reading went well. */
export function ReadingFailure({ processing }: { processing: Processing }) {
  const { state, failure, next_at } = processing;
  const title = titles[state];
  if (!failure || !title) return null;
  const place = [failure.period, failure.file].filter(Boolean).join(", ");
  return (
    <section className={`card ${classes.part}`} aria-labelledby="reading-failure">
      <h2 id="reading-failure">{title}</h2>
      <div role="status">
        <p>{place ? `${place}: ${failure.message}` : failure.message}</p>
        {failure.advice && <p>{failure.advice}</p>}
        {next_at && <p>It is tried again at {timeLabel(next_at)} UTC.</p>}
      </div>
    </section>
  );
}
