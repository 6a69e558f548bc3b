import { Skeleton } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { addDays, spanLabel } from "../lib/dates";
import { formatExact, formatMoney } from "../lib/money";
import { counted, formatCount } from "../lib/quantity";
import { ListTable } from "../ui/list-table";
import listClasses from "../ui/list-table.module.css";
import { Problem } from "../ui/problem";
import { useOverview } from "../ui/use-overview";
import { BacktestChart } from "./backtest-chart";
import classes from "./definition.module.css";
import { type Draft, trialOf, trialProblem } from "./draft";
import { trendQueries } from "./queries";
import type { TrendBacktest, TrendTrial } from "./types";

/** Long enough that a drag asks a few times a second, short enough that the answer follows the hand. */
const restMs = 80;

/** What a definition would have found in the last twelve months, while it is written. */
export function BacktestPanel({ draft }: { draft: Draft }) {
  const { version, overview } = useOverview();
  const problem = trialProblem(draft);
  // As text: an equal question is the same question.
  const text = JSON.stringify(trialOf(draft, undefined));
  const [settled] = useDebouncedValue(text, restMs);
  const trial = useMemo<TrendTrial>(() => JSON.parse(settled), [settled]);
  const found = useQuery({
    ...trendQueries.backtest(version, trial),
    enabled: problem === undefined && overview.has_data,
  });
  const stale = text !== settled || found.isPlaceholderData;
  return (
    <section className={`card ${classes.backtest}`} aria-labelledby="backtest">
      <div className={classes.backtestHead}>
        <h2 id="backtest">The last twelve months by this definition</h2>
        <p role="status">
          {problem ?? (found.data && summary(found.data)) ?? "Figures follow as soon as there are bills."}
        </p>
      </div>
      {problem === undefined &&
        overview.has_data &&
        (found.error ? (
          <Problem
            error={found.error}
            onRetry={() => void found.refetch()}
            title="It could not be tried on the past"
          />
        ) : !found.data ? (
          <div aria-busy="true" className={classes.loading}>
            <Skeleton height={210} />
          </div>
        ) : (
          <div className={classes.tried} data-stale={stale} aria-busy={stale}>
            <BacktestChart backtest={found.data} />
            <Tried backtest={found.data} />
          </div>
        ))}
    </section>
  );
}

function summary({ total, months, series, from, through }: TrendBacktest): string {
  const each = months.length > 0 ? total / months.length : 0;
  const days = spanLabel(from, addDays(through, 1));
  return `${counted(total, "event")}, ${each.toFixed(each < 10 ? 1 : 0)} a month; ${counted(series, "series", "series")}, ${days}`;
}

/** Rows that are shown: those below are older. */
const shown = 50;

function Tried({ backtest }: { backtest: TrendBacktest }) {
  const { found, total, currency } = backtest;
  if (total === 0) {
    return (
      <p className={classes.note}>Nothing would have been found: nobody would have been told anything.</p>
    );
  }
  return (
    <>
      <div className={classes.list}>
        <ListTable
          label="Events of the past, table"
          columns={[{ name: "What" }, { name: "When" }, { name: "Beyond", kind: "number" }]}
        >
          {found.slice(0, shown).map((one) => (
            <tr key={`${one.words} ${one.first_day} ${one.direction}`}>
              <th scope="row" className={classes.what}>
                {one.words}
              </th>
              <td className={listClasses.nowrap}>{spanLabel(one.first_day, addDays(one.last_day, 1))}</td>
              <td className={listClasses.number} title={formatExact(one.excess, currency)}>
                {one.direction === "increase" ? "+" : "−"}
                {formatMoney(one.excess, currency)}
              </td>
            </tr>
          ))}
        </ListTable>
      </div>
      {total > shown && (
        <p className={classes.note}>
          The newest {Math.min(shown, found.length)} of {formatCount(total)}, in {currency}.
        </p>
      )}
    </>
  );
}
