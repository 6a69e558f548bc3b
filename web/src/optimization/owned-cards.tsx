import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { monthLabel } from "../lib/dates";
import { approximate, decimalText, parseDecimal, sumDecimals } from "../lib/decimal";
import { formatExact } from "../lib/money";
import { counted } from "../lib/quantity";
import { buyQuery, isDaily, isUnpriced } from "./buy-query";
import cards from "./cards.module.css";
import { FigureCard } from "./figure-card";
import { Known } from "./known";
import { daysOf, daysText, hourlySum, spanOf } from "./owned-data";
import { type OwnedStand, openNotes } from "./owned-stand";
import { optimizationQueries } from "./queries";
import { Ring } from "./ring";
import { committedRows, onDemandRows, rowsOf, unusedRows } from "./rows-link";
import type { TabProps } from "./tab";
import type { Purchase } from "./types";
import { codeLabel, estimate } from "./words";

/** What may be saved, what was wasted, what was missed, and how much of what is worth it is committed to. */
export function OwnedCards({ stand, state, asked, version }: TabProps & { stand: OwnedStand }) {
  const { owned, span } = stand;
  const { currency, months } = owned;
  const waste = sumDecimals(months.map((one) => one.unused));
  const buy = useQuery(optimizationQueries.buy(version, buyQuery(state)));
  const overview = useQuery({ ...optimizationQueries.overview(version, asked), retry: false });
  const first = months[0]?.month;
  const own = (buy.data ?? []).filter((one) => one.currency === currency);
  const yearly = sumDecimals(own.map((one) => one.yearly_savings));
  const week = overview.data?.cards.week;
  const [one] = own;
  const unsure =
    buy.error !== null || (own.length > 0 && own.every((other) => isUnpriced(other) || isDaily(other)));
  return (
    <section className={cards.cards} aria-label="Summary">
      <FigureCard
        title="Potential yearly savings"
        tone="commitment"
        figure={unsure ? "–" : buy.data && estimate(yearly, currency)}
        exact={buy.data && !unsure ? formatExact(yearly, currency) : undefined}
        note={unsure ? "Not known: see below" : one ? buyWords(one) : `Look-back of ${state.days} days`}
        known={{
          what: "What the recommended purchase below would have saved in the look-back, projected to a year of 8,760 hours. Every hour was replayed with what is owned now.",
          assumed: own.flatMap(({ notes }) => notes),
          ...(one && !isDaily(one) && { rows: rowsOf(daysOf(one.look_back), [onDemandRows], "service") }),
        }}
      />
      <FigureCard
        title="All-time waste"
        tone="waste"
        figure={estimate(waste, currency)}
        exact={formatExact(waste, currency)}
        note={first ? `Since ${monthLabel(first)}: paid for and not used` : "No month yet"}
        known={{
          what: "Hours of reserved instances and savings plans that were paid for and that no usage took, summed over all months that are loaded, by amortized cost.",
          assumed: openNotes(stand),
          rows: rowsOf(span, [unusedRows], "commitment", { view: "month" }),
        }}
      />
      {week && (
        <FigureCard
          title="Last week’s missed savings"
          tone="commitment"
          figure={overview.data?.reckoning ? undefined : estimate(week.commitments, currency)}
          note={`By commitments, ${daysText(week)}`}
          known={{
            what: "On-demand cost of exactly these days that the recommended commitments of a 30-day look-back would have saved.",
            assumed: overview.data?.notes,
            rows: rowsOf(spanOf(week, span.to), [onDemandRows], "service"),
          }}
        />
      )}
      <CommitmentCard stand={stand} purchases={unsure ? undefined : own} waiting={buy.isLoading} />
    </section>
  );
}

function buyWords({ term, payment, look_back: back }: Purchase): string {
  return `${codeLabel(term)}, ${codeLabel(payment).toLowerCase()}; look-back of ${back.days} days`;
}

interface CommitmentProps {
  stand: OwnedStand;
  /** Undefined where nothing could be looked for. */
  purchases: readonly Purchase[] | undefined;
  waiting: boolean;
}

/** An hourly amount in a month of 730 hours. */
const monthly = (hourly: string) => decimalText(parseDecimal(hourly) * 730n);

/** How much of what should be committed to is. */
function CommitmentCard({ stand, purchases, waiting }: CommitmentProps) {
  const { owned, active, span } = stand;
  const { currency } = owned;
  const { hourly, untold } = hourlySum(active);
  const current = monthly(hourly);
  const recommended = purchases && sumDecimals([current, ...purchases.map((one) => monthly(one.commitment))]);
  const whole = approximate(recommended ?? "0");
  const part = whole > 0 ? approximate(current) / whole : undefined;
  return (
    <article className={`card ${cards.card}`} data-tone="commitment" aria-busy={waiting}>
      <div className={cards.head}>
        <h2>Monthly commitment</h2>
        <Known
          of="Monthly commitment"
          what={`What the ${counted(active.length, "commitment")} that are owned where the data end cost in a month of 730 hours, and what they would cost with what is recommended.`}
          assumed={
            untold > 0 ? [`${counted(untold, "commitment")} without a known hourly amount: not in it`] : []
          }
          rows={rowsOf(span, [committedRows], "commitment", { view: "month" })}
        />
      </div>
      {waiting ? (
        <Skeleton height={54} />
      ) : (
        <div className={cards.ring}>
          <Ring
            part={part}
            label={
              part === undefined
                ? "Nothing is committed, and nothing recommended"
                : `${Math.round(100 * part)} % of the recommended commitment is owned`
            }
          />
          <div>
            <p title={formatExact(current, currency)}>
              Current <strong className="tabular">{estimate(current, currency)}</strong>
            </p>
            <p title={recommended && formatExact(recommended, currency)}>
              Recommended <strong className="tabular">{estimate(recommended ?? null, currency)}</strong>
            </p>
          </div>
        </div>
      )}
    </article>
  );
}
