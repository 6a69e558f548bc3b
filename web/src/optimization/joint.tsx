import { spanLabel } from "../lib/dates";
import { formatExact, formatMoney } from "../lib/money";
import classes from "./buy.module.css";
import { daysOf } from "./owned-data";
import type { Purchase } from "./types";
import { smallRateText } from "./words";

/** How far from the best that could exist: a bound that no purchase can beat, and the gap to it, in words. */
export function Joint({ shown }: { shown: Purchase }) {
  const { currency, lower_bound: bound, gap } = shown;
  const days = daysOf(shown.look_back);
  if (bound === null) {
    return (
      <p className={classes.words}>
        How far it is from the best that could exist cannot be said: with what is owned beside it, no bound is
        known. The cost is exact all the same: every hour was replayed.
      </p>
    );
  }
  return (
    <div className={classes.joint}>
      <dl>
        <div>
          <dt>With this it costs</dt>
          <dd className="tabular" title={formatExact(shown.cost, currency)}>
            {formatMoney(shown.cost, currency)}
          </dd>
        </div>
        <div>
          <dt>Nothing can cost less than</dt>
          <dd className="tabular" title={formatExact(bound, currency)}>
            {formatMoney(bound, currency)}
          </dd>
        </div>
        <div>
          <dt>Gap</dt>
          <dd className="tabular">{smallRateText(gap)}</dd>
        </div>
      </dl>
      <p className={classes.words}>
        Of all amounts of this offer that could have been owned in {spanLabel(days.from, days.to)}, none costs
        less than the bound: it lets each plan serve whichever usage suits best. AWS applies plans in an order
        of its own, and the cost above is replayed in that order.{" "}
        {gap === null
          ? "How far apart the two are is not known."
          : `So this is at most ${smallRateText(gap)} dearer than the best there could be.`}
      </p>
    </div>
  );
}
