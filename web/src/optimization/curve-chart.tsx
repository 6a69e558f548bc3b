import { useElementSize } from "@mantine/hooks";
import { approximate } from "../lib/decimal";
import { formatCompact } from "../lib/money";
import classes from "./buy.module.css";
import { isBound, type Reading } from "./curve";
import { monthly, niceTicks } from "./curve-scale";
import type { Purchase } from "./types";
import { perHour } from "./words";

export type CurveMeasure = "savings" | "cost";

interface Props {
  best: Purchase;
  measure: CurveMeasure;
  /** Where the slider ends. */
  max: number;
  /** What is recommended. */
  top: number;
  /** What is chosen, and its figures. */
  at: number;
  reading: Reading | undefined;
  /** What is owned of these kinds already, by the hour. */
  owned: string;
}

const height = 250;
const edge = { left: 62, right: 14, top: 26, bottom: 26 };

/** Savings or cost of a month over the commitment, with marks at what is recommended, chosen and owned. */
export function CurveChart({ best, measure, max, top, at, reading, owned }: Props) {
  const { ref, width } = useElementSize();
  const { currency, hours, curve } = best;
  const value = (point: { savings: number; cost: number }) => monthly(point[measure], hours);
  const points = curve
    .map((one) => ({
      x: approximate(one.commitment),
      y: value({ savings: approximate(one.savings), cost: approximate(one.cost) }),
    }))
    .filter((one) => one.x <= max);
  const exact = value({ savings: approximate(best.savings), cost: approximate(best.cost) });
  const ys = [...points.map((one) => one.y), exact];
  const ticks = niceTicks(
    Math.min(measure === "savings" ? 0 : Number.POSITIVE_INFINITY, ...ys),
    Math.max(...ys),
  );
  const [low = 0, high = 1] = [ticks[0], ticks.at(-1)];
  const inner = Math.max(1, width - edge.left - edge.right);
  const x = (commitment: number) => edge.left + (inner * commitment) / max;
  const y = (amount: number) =>
    edge.top + (height - edge.top - edge.bottom) * (1 - (amount - low) / (high - low || 1));
  const path = points
    .map((one, index) => `${index === 0 ? "M" : "L"}${x(one.x).toFixed(1)} ${y(one.y).toFixed(1)}`)
    .join("");
  const base = y(Math.max(low, Math.min(high, 0)));
  const end = points.at(-1);
  // Marks stand where a replay says, which need not be on the curve beside what is owned.
  const mark = (commitment: number, point: { savings: number; cost: number } | undefined) =>
    point && { cx: x(Math.min(commitment, max)), cy: y(Math.max(low, Math.min(high, value(point)))) };
  const advised = mark(top, { savings: approximate(best.savings), cost: approximate(best.cost) });
  const chosen = mark(at, reading);
  const xs = niceTicks(0, max).filter((one) => one <= max);
  const apart = Math.abs(at - top) > max / 400;
  return (
    <div ref={ref} className={classes.curve} data-testid="cost-curve">
      {width > 0 && (
        <svg
          width={width}
          height={height}
          role="img"
          aria-label={`${measure === "savings" ? "Savings" : "Cost"} of a month of 730 hours over the new commitment by the hour, from none to ${perHour(max.toFixed(6), currency)}; recommended is ${perHour(top.toFixed(6), currency)}, on top of ${perHour(owned, currency)} that is owned. The slider after it reads the curve.`}
        >
          {ticks.map((tick) => (
            <g key={tick}>
              <line
                className={classes.grid}
                x1={edge.left}
                x2={width - edge.right}
                y1={y(tick)}
                y2={y(tick)}
              />
              <text className={classes.axis} x={edge.left - 8} y={y(tick) + 4} textAnchor="end">
                {formatCompact(tick, currency)}
              </text>
            </g>
          ))}
          {xs.map((tick) => (
            <text
              key={tick}
              className={classes.axis}
              x={x(tick)}
              y={height - 8}
              textAnchor={tick === 0 ? "start" : "middle"}
            >
              {tick === 0 ? "0" : formatCompact(tick, currency)}
            </text>
          ))}
          {measure === "savings" && end && (
            <path className={classes.area} d={`${path}L${x(end.x).toFixed(1)} ${base}L${x(0)} ${base}Z`} />
          )}
          <path className={classes.line} d={path} />
          <line
            className={classes.ownedMark}
            x1={x(0)}
            x2={x(0)}
            y1={edge.top - 6}
            y2={height - edge.bottom}
          />
          <text className={classes.markText} x={x(0) + 6} y={edge.top - 12}>
            {approximate(owned) > 0 ? `Owned: ${perHour(owned, currency)}` : "Nothing owned"}
          </text>
          {advised && (
            <g data-mark="recommended">
              <line
                className={classes.bestMark}
                x1={advised.cx}
                x2={advised.cx}
                y1={edge.top}
                y2={height - edge.bottom}
              />
              <circle className={classes.bestDot} cx={advised.cx} cy={advised.cy} r={5} />
            </g>
          )}
          {chosen && apart && (
            <g data-mark="chosen">
              <line
                className={classes.chosenMark}
                x1={chosen.cx}
                x2={chosen.cx}
                y1={edge.top}
                y2={height - edge.bottom}
              />
              <circle className={classes.chosenDot} cx={chosen.cx} cy={chosen.cy} r={5.5} />
            </g>
          )}
        </svg>
      )}
      <ul className={classes.curveKey} aria-label="Marks of the curve">
        <li>
          <i data-mark="recommended" aria-hidden /> Recommended {perHour(top.toFixed(6), currency)}
        </li>
        <li>
          <i data-mark="chosen" aria-hidden /> Chosen {perHour(at.toFixed(6), currency)}
        </li>
        <li>
          <i data-mark="owned" aria-hidden /> On top of what is owned
        </li>
      </ul>
      {isBound(curve) && (
        <p className={classes.bound}>
          Owned plans would move to other usage: the curve is the most that could be saved if each served
          whatever suits best. The marks, and the figures where the hand rests, are replayed in AWS’s order.
        </p>
      )}
    </div>
  );
}
