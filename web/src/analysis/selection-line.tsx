import type { Costs } from "../api/types";
import { rowLabel } from "../chart/data";
import { spanLabel } from "../lib/dates";
import { changePercent } from "../lib/decimal";
import { formatExact, formatMoney } from "../lib/money";
import { Change } from "../table/change";
import { largestIncrease } from "./largest-increase";
import classes from "./page.module.css";

interface Props {
  costs: Costs | undefined;
  dimensions: readonly string[];
  onDrill: (keys: readonly string[]) => void;
}

/** The selection in one line, against the span before; as high while it loads as when it is there. */
export function SelectionLine({ costs, dimensions, onDrill }: Props) {
  if (!costs) return <div className={classes.selection} aria-busy="true" />;
  const { currency, previous } = costs;
  const mover = largestIncrease(costs);
  return (
    <div className={classes.selection}>
      <span>
        Selection <b title={formatExact(costs.total, currency)}>{formatMoney(costs.total, currency)}</b>{" "}
        {spanLabel(costs.from, costs.to)}
      </span>
      {previous ? (
        <span>
          <Change percent={changePercent(previous.total, costs.total)} /> against{" "}
          <span title={formatExact(previous.total, currency)}>{formatMoney(previous.total, currency)}</span>{" "}
          in {spanLabel(previous.from, previous.to)}
        </span>
      ) : (
        <span>The data does not reach back to the span before.</span>
      )}
      {mover && (
        <span>
          Largest increase{" "}
          <b title={`${formatMoney(mover.before, currency)} → ${formatMoney(mover.row.total, currency)}`}>
            +{formatMoney(mover.increase, currency)}
          </b>{" "}
          <button type="button" title="Drill down" onClick={() => onDrill(mover.row.keys)}>
            {rowLabel(mover.row, dimensions)}
          </button>
        </span>
      )}
    </div>
  );
}
