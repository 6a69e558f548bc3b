import { spanLabel } from "../lib/dates";
import { approximate } from "../lib/decimal";
import { formatExact } from "../lib/money";
import { formatCount } from "../lib/quantity";
import classes from "./buy.module.css";
import { Known } from "./known";
import { daysOf } from "./owned-data";
import { onDemandRows, rowsOf } from "./rows-link";
import type { Purchase } from "./types";
import { codeLabel, estimate, kindLabel, perHour, rateText } from "./words";

interface Props {
  /** What the figures are of: the recommended, or the one that was chosen. */
  shown: Purchase;
  isChosen: boolean;
  stale: boolean;
}

/** What to buy in a line, and what comes of it. */
export function BuyFacts({ shown, isChosen, stale }: Props) {
  const { currency } = shown;
  const back = daysOf(shown.look_back);
  const nothing = shown.commitments.length === 0;
  return (
    <div className={classes.facts} data-stale={stale}>
      <p className={classes.buy}>
        <span>{isChosen ? "Chosen" : "Recommended"}</span>
        <strong>{nothing ? "Buy nothing" : buyLine(shown)}</strong>
        <small>
          {codeLabel(shown.term)}, {codeLabel(shown.payment).toLowerCase()}; replayed{" "}
          {spanLabel(back.from, back.to)}
          {shown.look_back.shortened && " (shortened: the bill has no more)"}
          {shown.estimate && " (a month of it is still open)"}; {currency}
        </small>
      </p>
      <dl>
        <Fact
          name="Saves a month"
          figure={estimate(shown.monthly_savings, currency)}
          exact={formatExact(shown.monthly_savings, currency)}
          sub={`${estimate(shown.yearly_savings, currency)} a year`}
          what={`On-demand cost of the look-back less the cost with this purchase, projected to 730 hours: ${formatExact(shown.savings, currency)} in ${formatCount(shown.hours)} hours.`}
          shown={shown}
        />
        <Fact
          name="Utilisation"
          figure={rateText(shown.utilization)}
          sub={
            shown.full_hours === null
              ? "of all together"
              : `full in ${formatCount(shown.full_hours)} of ${formatCount(shown.hours)} hours`
          }
          what="Used dollars of the commitment by all that it costs in the look-back. The rest would have been wasted."
          shown={shown}
        />
        <Fact
          name="Coverage"
          figure={rateText(shown.coverage)}
          sub={`${rateText(shown.coverage_before)} without it`}
          what="Eligible usage that commitments cover, by its on-demand prices; spot is outside of it."
          shown={shown}
        />
        <Fact
          name="Breaks even at"
          figure={rateText(shown.break_even_utilization)}
          sub="utilisation"
          what="Committed dollars by the on-demand dollars that they replace when fully used: below this utilisation the purchase loses."
          shown={shown}
        />
        <Fact
          name="Paid back"
          figure={shown.payback_month === null ? "–" : `month ${shown.payback_month}`}
          sub={
            approximate(shown.upfront) > 0
              ? `${estimate(shown.upfront, currency)} upfront`
              : "nothing upfront"
          }
          what="The first month in which all that was paid so far, upfront and monthly, is no more than the on-demand cost that was avoided so far."
          shown={shown}
        />
        <Fact
          name="Safe after"
          figure={shown.safe_after_months === null ? "–" : monthsText(shown.safe_after_months)}
          sub="of use like this"
          what="After so many months of use like the look-back’s the rest of the term may stay empty, and the purchase still did not lose."
          shown={shown}
        />
      </dl>
    </div>
  );
}

function monthsText(months: string): string {
  const size = approximate(months);
  return `${size.toFixed(1)} months`;
}

/** "Compute savings plan, $12.345/h", "3 commitments, $20.100/h in all". */
export function buyLine({ commitments, commitment, currency }: Purchase): string {
  const [only, second] = commitments;
  if (!only) return "Nothing";
  const hourly = perHour(commitment, currency);
  if (second) return `${commitments.length} commitments, ${hourly} in all`;
  return `${only.kind === "ec2" ? `${kindLabel(only.kind)}, ` : ""}${only.name}, ${hourly}`;
}

interface FactProps {
  name: string;
  figure: string;
  exact?: string;
  sub: string;
  what: string;
  shown: Purchase;
}

function Fact({ name, figure, exact, sub, what, shown }: FactProps) {
  return (
    <div>
      <dt>
        {name}
        <Known
          of={name}
          what={what}
          assumed={shown.notes}
          rows={rowsOf(daysOf(shown.look_back), [onDemandRows], "service")}
        />
      </dt>
      <dd>
        <span className="tabular" title={exact}>
          {figure}
        </span>
        <small>{sub}</small>
      </dd>
    </div>
  );
}
