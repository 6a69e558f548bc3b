import type { ReactNode } from "react";
import { formatMoney } from "../lib/money";
import classes from "./buy.module.css";
import { isBound, type Reading } from "./curve";
import { monthly } from "./curve-scale";
import type { Purchase } from "./types";
import { perHour } from "./words";

interface Props {
  reading: Reading | undefined;
  best: Purchase;
  /** Read from the curve: the replay follows where the hand rests. */
  rough: boolean;
  at: number;
  children: ReactNode;
}

/** What the commitment under the hand comes to. */
export function LiveFigures({ reading, best, rough, at, children }: Props) {
  const { currency, hours } = best;
  const money = (amount: number) => formatMoney(monthly(amount, hours).toFixed(6), currency, 0);
  const rate = (value: number | null | undefined) => (value == null ? "–" : `${(100 * value).toFixed(1)} %`);
  return (
    <div className={classes.live} data-testid="live-figures" data-rough={rough}>
      <p className={classes.liveHead}>
        <strong className="tabular">{perHour(at.toFixed(6), currency)}</strong>
        <span>
          {!rough
            ? "replayed exactly"
            : isBound(best.curve)
              ? "at most, by the curve"
              : "read from the curve"}
        </span>
      </p>
      <dl>
        <div>
          <dt>Saves a month</dt>
          <dd className="tabular">{reading ? money(reading.savings) : "–"}</dd>
        </div>
        <div>
          <dt>Costs a month, with what stays on demand</dt>
          <dd className="tabular">{reading ? money(reading.cost) : "–"}</dd>
        </div>
        <div>
          <dt>Utilisation</dt>
          <dd className="tabular">{rate(reading?.utilization)}</dd>
        </div>
        <div>
          <dt>Coverage</dt>
          <dd className="tabular">{rate(reading?.coverage)}</dd>
        </div>
      </dl>
      <div className={classes.liveTools}>{children}</div>
    </div>
  );
}
