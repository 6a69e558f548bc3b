import { formatCount } from "../lib/quantity";
import { dots, monthColumns } from "./backtest-dots";
import classes from "./definition.module.css";
import type { TrendBacktest } from "./types";

/** Twelve months, with how many events began in each, and a dot for each of them: the higher, the more it cost. */
export function BacktestChart({ backtest }: { backtest: TrendBacktest }) {
  const months = monthColumns(backtest);
  const spoken = months.map(({ label, events }) => `${label} ${events}`).join(", ");
  return (
    <figure className={classes.chart} data-testid="backtest-chart">
      <ol className={classes.months} aria-label={`Events a month: ${spoken}`}>
        {months.map(({ month, label, events }) => (
          <li key={month}>
            <strong className="tabular" data-none={events === 0}>
              {formatCount(events)}
            </strong>
            <span>{label}</span>
          </li>
        ))}
      </ol>
      <div className={classes.dots} aria-hidden>
        {months.map(({ month }) => (
          <i key={month} />
        ))}
        {dots(backtest).map((dot) => (
          <b
            key={dot.key}
            data-increase={dot.increase}
            style={{ left: `${dot.x}%`, top: `${dot.y}%` }}
            title={dot.title}
          />
        ))}
      </div>
      <figcaption>Each dot is an event: the higher, the more it was beyond what was expected.</figcaption>
    </figure>
  );
}
