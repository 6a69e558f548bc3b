import { useMemo, useState } from "react";
import { monthLabel } from "../lib/dates";
import { approximate } from "../lib/decimal";
import { formatExact } from "../lib/money";
import { counted } from "../lib/quantity";
import classes from "./expiry.module.css";
import { type Expiry, expiries, hourlySum } from "./owned-data";
import type { OwnedStand } from "./owned-stand";
import { Section } from "./section";
import section from "./section.module.css";
import type { Commitment } from "./types";
import { dayOf, kindLabel, perHour, serviceLabel, shortId } from "./words";

/** When what is owned ends: a column a month, as high as what ends in it. */
export function ExpiryCalendar({ stand }: { stand: OwnedStand }) {
  const { owned, active } = stand;
  const months = useMemo(() => expiries(active), [active]);
  const [chosen, setChosen] = useState<string>();
  const { currency } = owned;
  const sizes = months.map((one) => approximate(hourlySum(one.commitments).hourly));
  const largest = Math.max(0, ...sizes);
  const open = months.find((one) => one.month === chosen);
  const total = months.reduce((sum, one) => sum + one.commitments.length, 0);
  return (
    <Section
      title="Expiry calendar"
      note={`${counted(total, "commitment")} to end, ${currency} by the hour`}
      known={{
        what: "The month in which each commitment ends, by the dates in the bill, and what it costs by the hour until then. After its end the usage that it covers is paid on demand, unless something is bought.",
        assumed: owned.notes,
      }}
    >
      {months.length === 0 ? (
        <p className={section.none}>Nothing is owned, or nothing says when it ends.</p>
      ) : (
        <>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
          <section className={classes.scroll} aria-label="Months in which commitments end" tabIndex={0}>
            <ol className={classes.months}>
              {months.map((one, at) => (
                <Column
                  key={one.month}
                  expiry={one}
                  height={largest > 0 ? (sizes[at] ?? 0) / largest : 0}
                  currency={currency}
                  open={one.month === chosen}
                  onOpen={() => setChosen(one.month === chosen ? undefined : one.month)}
                />
              ))}
            </ol>
          </section>
          {open && (
            <ul className={classes.ending} aria-label={`Commitments that end in ${monthLabel(open.month)}`}>
              {open.commitments.map((one) => (
                <Ending key={one.commitment_id} one={one} currency={currency} />
              ))}
            </ul>
          )}
        </>
      )}
    </Section>
  );
}

function Ending({ one, currency }: { one: Commitment; currency: string }) {
  const where = [one.service && serviceLabel(one.service), one.instance_type ?? one.family, one.region];
  return (
    <li>
      <strong>{dayOf(one.ends)}</strong> {[kindLabel(one.kind), ...where].filter(Boolean).join(", ")}
      {one.hourly_commitment !== null && `: ${perHour(one.hourly_commitment, currency)}`}
      <small title={one.commitment_id}>{shortId(one.commitment_id)}</small>
    </li>
  );
}

interface ColumnProps {
  expiry: Expiry;
  /** Of the highest. */
  height: number;
  currency: string;
  open: boolean;
  onOpen: () => void;
}

function Column({ expiry, height, currency, open, onOpen }: ColumnProps) {
  const { month, commitments } = expiry;
  const { hourly } = hourlySum(commitments);
  const [name = "", year = ""] = monthLabel(month).split(" ");
  const label = (
    <>
      <span className={classes.amount}>{commitments.length > 0 && perHour(hourly, currency)}</span>
      <span className={classes.room} aria-hidden>
        <span style={{ height: commitments.length > 0 ? `max(3px, ${100 * height}%)` : 0 }} />
      </span>
      <span className={classes.month}>
        {name}
        <small>{year}</small>
      </span>
      {commitments.length > 0 && (
        <span className="hidden">, {counted(commitments.length, "commitment")}</span>
      )}
    </>
  );
  return (
    <li>
      {commitments.length > 0 ? (
        <button
          type="button"
          className={classes.column}
          aria-expanded={open}
          title={`${counted(commitments.length, "commitment")}, ${formatExact(hourly, currency)} by the hour`}
          onClick={onOpen}
        >
          {label}
        </button>
      ) : (
        <div className={classes.column}>{label}</div>
      )}
    </li>
  );
}
