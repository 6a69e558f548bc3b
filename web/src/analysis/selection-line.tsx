import { useQuery } from "@tanstack/react-query";
import { queries } from "../api/queries";
import type { Compared, Costs, Overview } from "../api/types";
import { rowLabel } from "../chart/data";
import { amountText } from "../lib/change";
import { addDays, dayLabel, daysBetween, spanLabel } from "../lib/dates";
import { formatExact, formatMoney } from "../lib/money";
import { Change } from "../table/change";
import { daysApart, lacking } from "./days-apart";
import { largestIncrease, onceAMonth } from "./largest-increase";
import classes from "./page.module.css";
import type { Scope } from "./scope";

interface Props {
  scope: Scope;
  costs: Costs | undefined;
  /** The figures are those of the question before. */
  stale: boolean;
  dimensions: readonly string[];
  onDrill: (keys: readonly string[]) => void;
}

/** The selection in one line, against the compared span; as high while it loads as when it is there. */
export function SelectionLine({ scope, costs, stale, dimensions, onDrill }: Props) {
  if (!costs) return <div className={classes.selection} aria-busy="true" />;
  const { currency, previous } = costs;
  return (
    <section className={classes.selection} aria-label="Selection">
      <span>
        Selection <b title={formatExact(costs.total, currency)}>{formatMoney(costs.total, currency)}</b>{" "}
        {spanLabel(costs.from, costs.to)}
      </span>
      <span data-testid="compared">
        {previous ? (
          <Against costs={costs} previous={previous} overview={scope.overview} />
        ) : (
          "No day of it is complete yet: there is nothing to compare."
        )}
      </span>
      {previous && !stale && <Mover scope={scope} costs={costs} dimensions={dimensions} onDrill={onDrill} />}
    </section>
  );
}

interface AgainstProps {
  costs: Costs;
  previous: Compared;
  overview: Overview;
}

/** The change of the total, the days that it is about, and what explains a part of it. */
function Against({ costs, previous, overview }: AgainstProps) {
  const { currency } = costs;
  const before = spanLabel(previous.from, previous.to);
  if (previous.known === "nothing") return <>No data of {before} to compare with.</>;
  if (previous.change.kind === "nothing") return <>No cost in {before} either.</>;
  const cut = previous.compared_to < costs.to;
  return (
    <>
      <Change change={previous.change} />{" "}
      <b title={formatExact(previous.change.amount ?? "0", currency)}>
        {amountText(previous.change, currency)}
      </b>{" "}
      {cut && `in ${spanLabel(previous.compared_from, previous.compared_to)} `}against{" "}
      <span title={formatExact(previous.total, currency)}>{formatMoney(previous.total, currency)}</span> in{" "}
      {before}
      {daysApart(previous)}
      {cut && `; ${leftOut(previous.compared_to, costs.to)}`}
      {lacking(previous, overview)}
    </>
  );
}

function leftOut(from: string, to: string): string {
  const one = addDays(from, 1) === to;
  return one ? `${dayLabel(from)} is not complete` : `${spanLabel(from, to)} are not complete`;
}

/** What grew most. It needs figures of its own, without what comes once a month. */
function Mover({ scope, costs, dimensions, onDrill }: Omit<Props, "costs" | "stale"> & { costs: Costs }) {
  const days = daysBetween(scope.span.from, scope.span.to);
  const steady = useQuery(
    queries.costs(scope.version, {
      ...scope.query,
      view: days <= 62 ? "day" : "month",
      filter: [...scope.query.filter, `charge_type!=${onceAMonth.join(",")}`],
      top: 100,
      compare: scope.compare,
    }),
  );
  if (!steady.data || steady.isPlaceholderData) return null;
  const mover = largestIncrease(costs, steady.data);
  if (!mover?.change) return null;
  const { currency } = costs;
  const before = mover.change.kind === "new" ? "new" : formatMoney(mover.previous_total ?? "0", currency);
  return (
    <span data-testid="largest-increase">
      Largest increase{" "}
      <b title={`${before} → ${formatMoney(mover.change.compared_total, currency)}`}>
        {amountText(mover.change, currency)}
      </b>{" "}
      <button type="button" title="Drill down" onClick={() => onDrill(mover.keys)}>
        {rowLabel(mover, dimensions)}
      </button>
      {mover.change.kind === "new" && ", new"}
    </span>
  );
}
