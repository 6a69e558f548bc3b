import { signedMoney } from "../lib/change";
import { parseDecimal } from "../lib/decimal";
import { formatExact, formatMoney } from "../lib/money";
import classes from "./event.module.css";
import type { TrendWaterfall } from "./types";
import { waterfallSteps } from "./waterfall";

/** From the cost before to the cost now, step by step; its sum is exact. */
export function WaterfallPicture({ waterfall, currency }: { waterfall: TrendWaterfall; currency: string }) {
  return (
    <ol className={classes.steps}>
      {waterfallSteps(waterfall).map((step) => {
        const units = parseDecimal(step.amount);
        return (
          <li key={step.name} className={classes.step} title={step.help}>
            <span className={classes.stepName}>{step.name}</span>
            <span className={classes.stepTrack} aria-hidden>
              <span
                data-kind={step.kind}
                style={{ left: `${step.from}%`, width: units === 0n ? 0 : `max(2px, ${step.width}%)` }}
              />
            </span>
            <span className={`${classes.stepFigure} tabular`} title={formatExact(step.amount, currency)}>
              {(step.kind === "whole" ? formatMoney : signedMoney)(step.amount, currency)}
            </span>
          </li>
        );
      })}
    </ol>
  );
}
