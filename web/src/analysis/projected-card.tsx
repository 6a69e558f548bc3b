import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { queries } from "../api/queries";
import { addDays, dayLabel, daysBetween, monthLabel, monthStart } from "../lib/dates";
import { formatMoney, moneyRange } from "../lib/money";
import { PercentChange } from "../table/change";
import { Problem } from "../ui/problem";
import { Card, Figure } from "./card";
import classes from "./summary-cards.module.css";

// Behind a click.
const NextMonths = lazy(() => import("./next-months").then((module) => ({ default: module.NextMonths })));

/** ", 30 days against 31", where the months differ. */
function lengths(month: string): string {
  const [now, before] = [0, -1].map((at) => daysBetween(monthStart(month, at), monthStart(month, at + 1)));
  return now === before ? "" : `, ${now} days against ${before}`;
}

interface Props {
  version: string;
  metric: string;
  filter: string[];
}

/** What the newest month will cost, how sure that is, and how well such a forecast did before. */
export function ProjectedCard({ version, metric, filter }: Props) {
  const found = useQuery(queries.projection(version, metric, filter));
  const [ahead, setAhead] = useState(false);
  const month = found.data?.projection;
  const test = month?.backtest;
  return (
    <Card title="Projected" note={month ? monthLabel(month.from.slice(0, 7)) : ""} ready={!found.isPending}>
      {found.error ? (
        <Problem error={found.error} onRetry={() => void found.refetch()} />
      ) : month ? (
        <>
          <div className={classes.line}>
            <Figure text={month.total} currency={month.currency} />
            {month.previous_cost !== null && (
              <PercentChange
                percent={month.change_percent ?? null}
                title={`${monthLabel(monthStart(month.from, -1))}: ${formatMoney(month.previous_cost, month.currency)}${lengths(month.from)}`}
              />
            )}
            {month.next.length > 0 && (
              <button type="button" className={classes.more} onClick={() => setAhead(true)}>
                Next {month.next.length} months
              </button>
            )}
          </div>
          <Text size="sm" c="dimmed">
            {month.low !== null && month.high !== null
              ? `${moneyRange(month.low, month.high, month.currency)}, 80 % sure`
              : "Too few months for an interval"}
          </Text>
          <Text
            size="sm"
            c="dimmed"
            title={`Known through ${dayLabel(addDays(month.known_to, -1))}; the rest is a forecast by weekday and trend, with charges that come once a month as they came before. Back-test: mean absolute percentage error of the month's total, tried after 7, 14 and 21 days of each month.`}
          >
            {test
              ? `Past error ${test.error_percent.toFixed(1)} %; a run-rate’s ${test.run_rate_error_percent.toFixed(1)} %`
              : "No month to test the forecast by yet"}
          </Text>
          <Suspense fallback={null}>
            {ahead && <NextMonths month={month} onClose={() => setAhead(false)} />}
          </Suspense>
        </>
      ) : (
        <Text c="dimmed">No day is complete yet.</Text>
      )}
    </Card>
  );
}
