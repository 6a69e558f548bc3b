import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { AnalysisState } from "../address/state";
import { queries } from "../api/queries";
import type { Costs } from "../api/types";
import { rowLabel } from "../chart/data";
import { addDays, dayLabel, hourLabel, spanLabel } from "../lib/dates";
import { changePercent, decimalText, parseDecimal } from "../lib/decimal";
import { formatExact, formatMoney } from "../lib/money";
import { Change } from "../table/change";
import { Card, Figure } from "./card";
import { ProjectedCard } from "./projected-card";
import classes from "./summary-cards.module.css";
import type { Scope } from "./use-analysis";

interface Props {
  state: AnalysisState;
  scope: Scope;
  costs: Costs | undefined;
  onDrill: (key: string) => void;
}

export function SummaryCards({ state, scope, costs, onDrill }: Props) {
  const { data } = useQuery(queries.summary(scope.version, state.metric));
  const month = data?.month_to_date;
  const mover = costs && largestIncrease(costs, scope.dimension ?? "");
  const kind = state.metric === "amortized" ? "Amortized" : "Unblended, as billed";
  return (
    <section className={classes.cards} aria-label="Summary">
      <Card title="Month to date" note={kind} ready={data !== undefined}>
        {month ? (
          <>
            <div className={classes.line}>
              <Figure text={month.cost} currency={month.currency} />
              <Change
                percent={month.change_percent ?? null}
                title={`${spanLabel(month.previous_from, month.previous_to)}: ${formatExact(month.previous_cost, month.currency)}`}
              />
            </div>
            <Text size="sm" c="dimmed">
              {formatMoney(month.previous_cost, month.currency)} in the same span of last month
            </Text>
            <Text size="sm" c="dimmed">
              {dayLabel(month.from)} through {hourLabel(month.through)}
            </Text>
          </>
        ) : (
          <Text c="dimmed">No cost in the newest month yet.</Text>
        )}
      </Card>
      <ProjectedCard version={scope.version} metric={state.metric} />
      <Card title="Selection" note={spanLabel(scope.span.from, scope.span.to)} ready={costs !== undefined}>
        {costs && (
          <>
            <div className={classes.line}>
              <Figure text={costs.total} currency={costs.currency} />
              {costs.previous && <Change percent={changePercent(costs.previous.total, costs.total)} />}
            </div>
            <Text size="sm" c="dimmed">
              {costs.previous
                ? `${formatMoney(costs.previous.total, costs.currency)} in the span before`
                : "The data does not reach back to the span before"}
            </Text>
            <Text size="sm" c="dimmed">
              {costs.previous && spanLabel(costs.previous.from, addDays(costs.previous.to, 0))}
            </Text>
          </>
        )}
      </Card>
      <Card title="Largest increase" note="against the span before" ready={costs !== undefined}>
        {costs && mover ? (
          <>
            <div className={classes.line}>
              <Figure text={mover.increase} currency={costs.currency} sign />
              <Change percent={mover.percent} />
            </div>
            <button
              type="button"
              className={classes.mover}
              onClick={() => onDrill(mover.key)}
              title={`Drill down into ${mover.label}`}
            >
              {mover.label}
            </button>
            <Text size="sm" c="dimmed">
              {formatMoney(mover.before, costs.currency)} → {formatMoney(mover.after, costs.currency)}
            </Text>
          </>
        ) : (
          <Text c="dimmed">
            {costs?.previous
              ? "Nothing in the selection costs more than before."
              : "The data does not reach back to the span before."}
          </Text>
        )}
      </Card>
    </section>
  );
}

function largestIncrease(costs: Costs, dimension: string) {
  if (!costs.previous) return undefined;
  const rows = costs.rows
    .filter((row) => !row.other)
    .map((row) => ({ row, units: parseDecimal(row.total) - parseDecimal(row.previous_total ?? "0") }))
    .filter(({ units }) => units > 0n);
  const top = rows.reduce<(typeof rows)[number] | undefined>(
    (best, one) => (!best || one.units > best.units ? one : best),
    undefined,
  );
  if (!top) return undefined;
  const before = top.row.previous_total ?? "0";
  return {
    key: top.row.keys[0] ?? "",
    label: rowLabel(top.row, dimension),
    before,
    after: top.row.total,
    increase: decimalText(top.units),
    percent: changePercent(before, top.row.total),
  };
}
