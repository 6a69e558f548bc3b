import type { Budget } from "../api/types";
import classes from "./budgets.module.css";
import { barParts, barWords, stateWords } from "./words";

/** What a period cost, where it will end, its amount and its thresholds, in one line. */
export function BudgetBar({ budget }: { budget: Budget }) {
  const { now, currency } = budget;
  const parts = barParts(now, budget.thresholds);
  const width = (percent: number) => ({ width: `${percent}%` });
  const left = (percent: number) => ({ left: `${percent}%` });
  return (
    <div className={classes.bar} role="img" aria-label={`${budget.name}: ${barWords(now, currency)}`}>
      {parts && (
        <>
          <span
            className={classes.spent}
            data-tone={stateWords[now.state].tone}
            style={width(parts.actual)}
          />
          {parts.forecast && (
            <>
              <span
                className={classes.band}
                style={{ ...left(parts.forecast.low), ...width(parts.forecast.high - parts.forecast.low) }}
              />
              <span className={classes.forecast} style={left(parts.forecast.at)} />
            </>
          )}
          {parts.ticks.map((tick) => (
            <span
              key={`${tick.basis} ${tick.percent}`}
              className={classes.tick}
              data-basis={tick.basis}
              style={left(tick.at)}
            />
          ))}
          <span className={classes.amount} style={left(parts.amount)} />
        </>
      )}
    </div>
  );
}
