import { Select, Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { hourLabel, monthLabel } from "../lib/dates";
import { sumDecimals } from "../lib/decimal";
import { formatMoney } from "../lib/money";
import { formatCount } from "../lib/quantity";
import { Problem } from "../ui/problem";
import { Chart } from "./chart";
import classes from "./hours.module.css";
import { monthSpan } from "./owned-data";
import type { OwnedStand } from "./owned-stand";
import { optimizationQueries } from "./queries";
import { commitmentRows, rowsOf } from "./rows-link";
import type { TimeData } from "./series";
import type { Commitment, Owned, OwnedHours } from "./types";

interface Props {
  commitment: Commitment;
  stand: OwnedStand;
  version: string;
}

/** Months in which a commitment ran. */
function monthsOf(commitment: Commitment, owned: Owned): string[] {
  const [begin, end] = [commitment.begins?.slice(0, 7) ?? "", commitment.ends?.slice(0, 7) ?? "9999"];
  return owned.months.map((one) => one.month).filter((month) => month >= begin && month <= end);
}

/** What was used of a commitment in each hour of a month. */
export function CommitmentHours({ commitment, stand: { owned }, version }: Props) {
  const months = monthsOf(commitment, owned);
  const [chosen, setChosen] = useState<string>();
  const month = chosen ?? months.at(-1) ?? owned.months.at(-1)?.month ?? "";
  const found = useQuery(optimizationQueries.hours(version, { id: commitment.commitment_id, month }));
  const { data } = found;
  return (
    <div>
      <div className={classes.head}>
        <Select
          size="xs"
          aria-label="Month"
          data={[...months].reverse().map((value) => ({ value, label: monthLabel(value) }))}
          value={month}
          allowDeselect={false}
          onChange={(next) => next && setChosen(next)}
        />
        {data && <Sums hours={data} currency={owned.currency} />}
        <Link
          to="/"
          search={rowsOf(monthSpan(month), [commitmentRows(commitment.commitment_id)], "account", {
            view: "day",
          })}
        >
          Show the rows in Cost Analysis
        </Link>
      </div>
      {found.error ? (
        <Problem error={found.error} onRetry={() => void found.refetch()} />
      ) : !data ? (
        <Skeleton height={280} radius="md" aria-busy="true" />
      ) : (
        <Hours hours={data} month={month} currency={owned.currency} />
      )}
      <p className={classes.id}>{commitment.commitment_id}</p>
    </div>
  );
}

function Sums({ hours: { hours }, currency }: { hours: OwnedHours; currency: string }) {
  const unused = sumDecimals(hours.map((one) => one.unused));
  const idle = hours.filter((one) => Number(one.unused) > 0).length;
  return (
    <span className={classes.sums} role="status">
      {formatMoney(unused, currency)} unused, in {formatCount(idle)} of {formatCount(hours.length)} hours
    </span>
  );
}

function Hours({ hours: answer, month, currency }: { hours: OwnedHours; month: string; currency: string }) {
  const data = useMemo<TimeData>(() => {
    const { hours } = answer;
    return {
      labels: hours.map(({ hour }) => `${Number(hour.slice(8, 10))} ${monthLabel(hour).slice(0, 3)}`),
      titles: hours.map(({ hour }) => hourLabel(hour)),
      pale: hours.map(() => false),
      series: [
        { id: "used", label: "Used", form: "bar", color: 1, figures: hours.map((one) => one.used) },
        { id: "unused", label: "Unused", form: "bar", color: 3, figures: hours.map((one) => one.unused) },
      ],
      unit: { money: currency },
    };
  }, [answer, currency]);
  return (
    <Chart
      data={data}
      label={`Used and unused by the hour, ${monthLabel(month)}, in ${currency}`}
      testId="hours-chart"
      keysLabel="Hours of the commitment"
      none="It has no hours in this month."
    />
  );
}
