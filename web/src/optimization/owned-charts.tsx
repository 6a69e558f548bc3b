import { useMemo } from "react";
import { monthLabel, spanLabel } from "../lib/dates";
import { approximate } from "../lib/decimal";
import { formatExact } from "../lib/money";
import { counted } from "../lib/quantity";
import { Chart } from "./chart";
import {
  byPlace,
  commitmentOverTime,
  efficiencyOverTime,
  ratesOverTime,
  savingsOverTime,
  wasteByService,
} from "./owned-data";
import { type OwnedStand, openNotes } from "./owned-stand";
import { committedRows, rowsOf, unusedRows } from "./rows-link";
import { Section } from "./section";
import classes from "./section.module.css";
import { ShareBars } from "./share-bars";
import { perHour } from "./words";

/** What became of what is owned, month by month, and how long it goes on. */
export function OwnedCharts({ stand }: { stand: OwnedStand }) {
  const { owned, active } = stand;
  const waste = useMemo(() => wasteByService(owned), [owned]);
  const savings = useMemo(() => savingsOverTime(owned), [owned]);
  const committed = useMemo(() => commitmentOverTime(owned), [owned]);
  const rates = useMemo(() => ratesOverTime(owned), [owned]);
  const efficiency = useMemo(() => efficiencyOverTime(owned), [owned]);
  const places = byPlace(active);
  const { currency } = owned;
  const days = spanLabel(stand.span.from, stand.span.to);
  const span = `${days}, ${currency}, by month`;
  const assumed = openNotes(stand);
  const last = owned.scheduled.at(-1)?.month;
  return (
    <div className={classes.two}>
      <Section
        title="Waste by service"
        note={span}
        known={{
          what: "What was paid for commitments and no usage took: of reservations by the service that they are for, of savings plans by their kind.",
          assumed,
          rows: rowsOf(stand.span, [unusedRows], "service", { view: "month" }),
        }}
      >
        <Chart
          data={waste}
          label={`Unused commitments by month and service, ${span}`}
          testId="waste-chart"
          keysLabel="Months of waste"
          none="Nothing that was paid for stayed unused."
        />
      </Section>
      <Section
        title="Savings over time"
        note={span}
        known={{
          what: "Net savings: what the covered usage would have cost on demand, by public prices, less all that the commitments cost. The dashed line leaves out what unused hours cost.",
          assumed,
          rows: rowsOf(stand.span, [committedRows], "commitment", { view: "month" }),
        }}
      >
        <Chart
          data={savings}
          label={`Savings by commitments, ${span}`}
          testId="savings-chart"
          keysLabel="Months of savings"
          none="No savings in these months."
        />
      </Section>
      <Section
        title="Commitment over time"
        note={last ? `${currency} by month, to the end of the last term in ${monthLabel(last)}` : span}
        known={{
          what: "What commitments cost by month and kind, used or not; paler months are still to come, by what is owned now and nothing bought later.",
          assumed,
          rows: rowsOf(stand.span, [committedRows], "commitment", { view: "month" }),
        }}
      >
        <Chart
          data={committed}
          label={`Cost of commitments by month and kind, in ${currency}`}
          testId="commitment-chart"
          keysLabel="Months of commitments"
          none="Nothing is committed in these months."
        />
      </Section>
      <Section
        title="Commitment by service and region"
        note={`${currency} by the hour, owned where the data end`}
        known={{
          what: "What is committed by the hour now: reservations by their service and region, savings plans by their kind and what they are bound to.",
          assumed,
          rows: rowsOf(stand.span, [committedRows], "region"),
        }}
      >
        <ShareBars
          label="Commitment by service and region"
          rows={places.map((one) => ({
            id: `${one.service} ${one.region}`,
            name: one.service,
            sub: `${one.region}, ${counted(one.count, "commitment")}`,
            size: approximate(one.hourly),
            figure: perHour(one.hourly, currency),
            exact: formatExact(one.hourly, currency),
          }))}
          none="Nothing is owned where the data end."
        />
      </Section>
      <Section
        title="Coverage and utilisation"
        note={`${days}, by month`}
        known={{
          what: "Utilisation: used by what was paid for. Coverage: what commitments covered of all eligible usage, by its on-demand prices; spot is outside of it.",
          assumed,
          rows: rowsOf(stand.span, [], "lifecycle", { view: "month" }),
        }}
      >
        <Chart
          data={rates}
          label="Utilisation and coverage of commitments by month"
          testId="rates-chart"
          keysLabel="Months of coverage and utilisation"
          none="Neither is known of these months."
        />
      </Section>
      <Section
        title="Effective savings rate"
        note={`${days}, by month`}
        known={{
          what: "Net savings by what all eligible usage would have cost on demand. With spot: what spot cost below its list price counts as saved too.",
          assumed,
          rows: rowsOf(stand.span, [], "lifecycle", { view: "month" }),
        }}
      >
        <Chart
          data={efficiency}
          label="Effective savings rate by month"
          testId="efficiency-chart"
          keysLabel="Months of the savings rate"
          none="It is not known of these months."
        />
      </Section>
    </div>
  );
}
