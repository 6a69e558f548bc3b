import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Filter } from "../address/filter";
import { approximate } from "../lib/decimal";
import { formatExact } from "../lib/money";
import { useOverview } from "../ui/use-overview";
import cards from "./cards.module.css";
import { Chart } from "./chart";
import { FigureCard } from "./figure-card";
import { Lifecycles } from "./lifecycles";
import { efficiencyByAccount } from "./overview-data";
import { daysText, spanOf } from "./owned-data";
import { optimizationQueries } from "./queries";
import { ec2Rows, onDemandRows, rowsOf } from "./rows-link";
import { Section } from "./section";
import classes from "./section.module.css";
import { ShareBars, type ShareRow } from "./share-bars";
import { Notes, TabLoading, type TabProps } from "./tab";
import type { OptimizationOverview } from "./types";
import { UseCases } from "./use-cases";
import { estimate, rangeText } from "./words";

const spotWords =
  "On-demand hours of workloads that stand interruption, less what is excluded, at spot prices instead: low and high by the spread of those prices.";
const commitmentWords =
  "What the recommended commitments of a 30-day look-back would save of on-demand cost, every hour replayed. Spot and commitments compete for the same hours: the two are never added.";

/** What spot and commitments could save, where, and how well each account does. */
export function OverviewTab({ state, set, asked, version }: TabProps) {
  const { recent } = useOverview();
  const found = useQuery(optimizationQueries.overview(version, asked));
  const { data } = found;
  const efficiency = useMemo(() => data && efficiencyByAccount(data), [data]);
  if (!data || !efficiency) return <TabLoading query={found} />;
  const { currency } = data;
  const span = `${daysText(data)}, ${currency}`;
  const days = spanOf(data, recent.to);
  const only = (values: string[]): Filter => ({ dimension: "account_id", exclude: false, values });
  const stale = found.isPlaceholderData || data.reckoning;
  return (
    <>
      <Notes notes={data.notes} quiet />
      {data.reckoning && (
        <p className={classes.reckoning} role="status">
          The figures of the newest publication are being reckoned; they appear here by themselves.
        </p>
      )}
      <Cards data={data} end={recent.to} />
      <div className={classes.two}>
        <Section
          title="Spot potential by account"
          note={`${currency} a month of 730 hours`}
          stale={stale}
          known={{
            what: spotWords,
            assumed: data.notes,
            rows: rowsOf(days, [ec2Rows, onDemandRows], "account"),
          }}
        >
          <ShareBars
            label="Spot potential by account"
            rows={accountBars(data, (one) => [one.spot_low, one.spot_high], set, only)}
            none="No account has usage that spot would make cheaper."
          />
        </Section>
        <Section
          title="Commitment potential by account"
          note={`${currency} a month of 730 hours`}
          stale={stale}
          known={{
            what: `${commitmentWords} Each account has its share of one purchase for all.`,
            assumed: data.notes,
            rows: rowsOf(days, [onDemandRows], "account"),
          }}
        >
          <ShareBars
            label="Commitment potential by account"
            rows={accountBars(data, (one) => [one.commitments, one.commitments], set, only)}
            none="No account has on-demand usage that a commitment would make cheaper."
          />
        </Section>
        <Section
          title="Cost and compute hours by lifecycle"
          note={span}
          stale={stale}
          known={{
            what: "Amortized cost of compute, and the hours that instances ran, by how they were paid.",
            assumed: data.notes,
            rows: rowsOf(days, [ec2Rows], "lifecycle"),
          }}
        >
          <Lifecycles rows={data.lifecycles} currency={currency} />
        </Section>
        <Section
          title="Cost efficiency over time"
          note="By account and month"
          stale={stale}
          known={{
            what: "What an account saves already, by spot and commitments, as a part of all that it could save: current by potential savings.",
            assumed: data.notes,
            rows: rowsOf(days, [], "account", { view: "month" }),
          }}
        >
          <Chart
            data={efficiency}
            label="Cost efficiency by account and month"
            testId="account-efficiency-chart"
            keysLabel="Months of efficiency"
            none="No account has savings of either kind yet."
          />
        </Section>
      </div>
      <UseCases data={data} state={state} />
    </>
  );
}

function accountBars(
  data: OptimizationOverview,
  ends: (one: OptimizationOverview["accounts"][number]) => [string | null, string | null],
  set: TabProps["set"],
  only: (values: string[]) => Filter,
): ShareRow[] {
  return data.accounts
    .map((one) => ({ one, ends: ends(one) }))
    .filter(({ ends: [, high] }) => high !== null && approximate(high) > 0)
    .sort((a, b) => approximate(b.ends[1] ?? "0") - approximate(a.ends[1] ?? "0"))
    .map(({ one, ends: [low, high] }) => ({
      id: one.account_id,
      name: (
        <button
          type="button"
          className={classes.link}
          title={`Only ${one.account}, ${one.account_id}`}
          onClick={() => set({ accounts: only([one.account_id]) })}
        >
          {one.account || one.account_id}
        </button>
      ),
      size: approximate(high ?? "0"),
      ...(low !== high && { low: approximate(low ?? "0") }),
      figure: rangeText(low, high, data.currency),
      exact: high === null ? undefined : formatExact(high, data.currency),
    }));
}

function Cards({ data, end }: { data: OptimizationOverview; end: string }) {
  const { week, month } = data.cards;
  const { currency, reckoning } = data;
  const lastDays = daysText(week);
  const weekSpan = spanOf(week, end);
  const days = spanOf(data, end);
  // What is being reckoned is on its way, not unknown.
  const shown = (text: string) => (reckoning && text === "–" ? undefined : text);
  const spotRows = rowsOf(weekSpan, [ec2Rows, onDemandRows], "account");
  const rows = rowsOf(weekSpan, [onDemandRows], "service");
  return (
    <section className={cards.cards} aria-label="Summary">
      <FigureCard
        title="Missed last week by spot"
        tone="spot"
        figure={shown(rangeText(week.spot.low, week.spot.high, currency))}
        note={`${lastDays}, ${currency}`}
        known={{ what: `${spotWords} In exactly these seven days.`, assumed: data.notes, rows: spotRows }}
      />
      <FigureCard
        title="Missed last week by commitments"
        tone="commitment"
        figure={shown(estimate(week.commitments, currency))}
        note={`${lastDays}, ${currency}`}
        known={{ what: `${commitmentWords} In exactly these seven days.`, assumed: data.notes, rows }}
      />
      <FigureCard
        title="Monthly spot potential"
        tone="spot"
        figure={shown(rangeText(month.spot.low, month.spot.high, currency))}
        note={`By ${daysText(data)}, of 730 hours`}
        known={{
          what: `${spotWords} Projected to a month of 730 hours.`,
          assumed: data.notes,
          rows: rowsOf(days, [ec2Rows, onDemandRows], "account"),
        }}
      />
      <FigureCard
        title="Monthly commitment potential"
        tone="commitment"
        figure={shown(estimate(month.commitments, currency))}
        note={`By ${daysText(data)}, of 730 hours`}
        known={{
          what: `${commitmentWords} Projected to a month of 730 hours.`,
          assumed: data.notes,
          rows: rowsOf(days, [onDemandRows], "service"),
        }}
      />
    </section>
  );
}
