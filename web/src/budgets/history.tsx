import type { BudgetPeriod, BudgetSpan } from "../api/types";
import { approximate } from "../lib/decimal";
import { Money } from "../ui/money";
import classes from "./budgets.module.css";
import { percentText, shortPeriod } from "./words";

interface Props {
  label: string;
  /** The newest first. */
  past: readonly BudgetSpan[];
  period: BudgetPeriod;
  currency: string;
  /** An amount that is about to be, as a line across. */
  amount?: string | undefined;
}

/** The periods before, as bars, each with the amount that it had; the same as a table for those who do not see them. */
export function History({ label, past, period, currency, amount }: Props) {
  const all = [...past].reverse();
  const planned = amount === undefined ? 0 : approximate(amount);
  const figures = all.flatMap((span) => [approximate(span.actual ?? "0"), approximate(span.amount ?? "0")]);
  const most = Math.max(...figures, planned) * 1.05 || 1;
  const height = (figure: number) => `${Math.min(Math.max((100 * figure) / most, 0), 100)}%`;
  return (
    <figure className={classes.history}>
      <figcaption className="hidden">{label}</figcaption>
      <div className={classes.bars} aria-hidden>
        {amount !== undefined && (
          <span className={classes.across}>
            <span className={classes.planned} style={{ bottom: height(planned) }} />
          </span>
        )}
        {all.map((span) => (
          <span key={span.from} className={classes.column} title={span.words}>
            <span className={classes.room}>
              <span
                className={classes.past}
                data-state={span.state}
                data-complete={span.complete}
                style={{ height: height(approximate(span.actual ?? "0")) }}
              />
              {span.amount !== null && (
                <span className={classes.had} style={{ bottom: height(approximate(span.amount)) }} />
              )}
            </span>
            <span className={classes.when}>{shortPeriod(span, period)}</span>
          </span>
        ))}
      </div>
      <div className="hidden">
        <table>
          <caption>{label}</caption>
          <thead>
            <tr>
              <th scope="col">Period</th>
              <th scope="col">Cost</th>
              <th scope="col">Budget</th>
              <th scope="col">Part of it</th>
            </tr>
          </thead>
          <tbody>
            {all.map((span) => (
              <tr key={span.from}>
                <th scope="row">{span.words}</th>
                <td>
                  <Money text={span.actual} currency={currency} />
                  {!span.complete && " (not complete)"}
                </td>
                <td>
                  <Money text={span.amount} currency={currency} missing="No budget yet" />
                </td>
                <td>{percentText(span.percent)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </figure>
  );
}
