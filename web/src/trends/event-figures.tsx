import type { ReactNode } from "react";
import healthClasses from "../connections/health.module.css";
import { formatExact, formatMoney, moneyRange } from "../lib/money";
import classes from "./event.module.css";
import { EventChange } from "./event-change";
import { SeverityBadge } from "./severity-badge";
import type { TrendEvent } from "./types";
import { eventDays } from "./words";

/** What an event cost, what it should have, and what it comes to. */
export function EventFigures({ event }: { event: TrendEvent }) {
  const { currency } = event;
  const days = `${eventDays(event)}, ${currency}`;
  const more = event.direction === "increase";
  return (
    <dl className={`${healthClasses.facts} ${classes.facts}`}>
      <Figure name="Cost" note={days}>
        <Amount text={event.cost} currency={currency} />
      </Figure>
      <Figure name="Expected" note="what would have been regular">
        <span
          title={`${formatExact(event.expected_low, currency)} to ${formatExact(event.expected_high, currency)}`}
        >
          {moneyRange(event.expected_low, event.expected_high, currency)}
        </span>
      </Figure>
      <Figure name="Change" note="against what was expected">
        <EventChange event={event} />
      </Figure>
      <Figure name={more ? "Beyond what was expected" : "Below what was expected"} note={days}>
        <Amount text={event.excess} currency={currency} />
      </Figure>
      <Figure
        name="A month"
        note={
          event.share_percent === null
            ? "at the current rate"
            : `at the current rate; ${event.share_percent.toFixed(1)} % of what ${event.account_id === null ? "the organization" : "the account"} ${event.direction === "increase" ? "costs with it" : "cost before"}`
        }
      >
        <Amount text={event.monthly_excess} currency={currency} />
      </Figure>
      <Figure name="Severity" note="by its cost a month, and its share">
        <SeverityBadge severity={event.severity} />
      </Figure>
    </dl>
  );
}

function Figure({ name, note, children }: { name: string; note: string; children: ReactNode }) {
  return (
    <div className="card">
      <dt>{name}</dt>
      <dd className={`${classes.figure} tabular`}>
        {children}
        <small>{note}</small>
      </dd>
    </div>
  );
}

function Amount({ text, currency }: { text: string; currency: string }) {
  return <span title={formatExact(text, currency)}>{formatMoney(text, currency)}</span>;
}
