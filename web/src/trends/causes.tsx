import { Link } from "@tanstack/react-router";
import type { AnalysisState } from "../address/state";
import { Money } from "../ui/money";
import classes from "./event.module.css";
import type { TrendEvent, TrendObject } from "./types";

interface Props {
  event: TrendEvent;
  /** Cost Analysis of a part of the event's object. */
  costs: (object: TrendObject) => AnalysisState | undefined;
}

/** What explains the change, best first. */
export function Causes({ event, costs }: Props) {
  if (event.causes.length === 0) {
    return <p className={classes.quiet}>No single part of the cost explains the change.</p>;
  }
  const way = event.direction === "increase" ? "rise" : "fall";
  return (
    <ol className={classes.causes}>
      {event.causes.map((cause) => {
        const state = costs(cause.object);
        return (
          <li key={cause.words}>
            <span className={classes.causeName}>
              {state ? (
                <Link to="/" search={state} title="Show in Cost Analysis">
                  {cause.words}
                </Link>
              ) : (
                cause.words
              )}
            </span>
            <span className={classes.causeCost}>
              <Money text={cause.before} currency={event.currency} /> →{" "}
              <Money text={cause.now} currency={event.currency} />
            </span>
            <span className={classes.meter} aria-hidden>
              <span style={{ width: `${Math.min(100, Math.max(0, cause.coverage_percent))}%` }} />
            </span>
            <span className={classes.causeWords}>
              {Math.round(cause.coverage_percent)} % of the {way}; {Math.round(cause.purity_percent)} % of its
              own cost moved
            </span>
          </li>
        );
      })}
    </ol>
  );
}
