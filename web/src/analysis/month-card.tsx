import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type Metric, metrics } from "../address/metric";
import { queries } from "../api/queries";
import type { Compared, MonthToDate } from "../api/types";
import { dayLabel, hourLabel, shortSpan } from "../lib/dates";
import { formatExact, formatMoney } from "../lib/money";
import { Change } from "../table/change";
import { Problem } from "../ui/problem";
import { useOverview } from "../ui/use-overview";
import { Card, Figure } from "./card";
import { daysApart, lacking } from "./days-apart";
import classes from "./summary-cards.module.css";

/** Both totals, with all digits. */
function against({ compared, currency }: MonthToDate): string {
  if (!compared) return "";
  const now = formatExact(compared.change.compared_total, currency);
  return `${now} against ${formatExact(compared.total, currency)}`;
}

/** Both figures and their days: those of this month that are complete. The figure above them is to the hour. */
function Against({ compared, currency }: { compared: Compared; currency: string }) {
  const { overview } = useOverview();
  const year = compared.compared_from.slice(0, 4);
  const before = shortSpan(compared.from, compared.to, year);
  if (compared.known === "nothing") return <>No data of {before} to compare with</>;
  return (
    <>
      <b>
        <Change change={compared.change} />
      </b>{" "}
      on complete days: {formatMoney(compared.change.compared_total, currency)} in{" "}
      {shortSpan(compared.compared_from, compared.compared_to, year)} against{" "}
      {formatMoney(compared.total, currency)} in {before}
      {daysApart(compared)}
      {lacking(compared, overview)}
    </>
  );
}

interface Props {
  version: string;
  metric: Metric;
  filter: string[];
  onExplain: () => void;
}

/** From the first of the month until the newest hour, against the same span of the month before. */
export function MonthCard({ version, metric, filter, onExplain }: Props) {
  const found = useQuery(queries.summary(version, metric, filter));
  const month = found.data?.month_to_date;
  const compared = month?.compared;
  const { label } = metrics[metric];
  return (
    <Card
      title="Month to date"
      note={metric === "unblended" ? `${label}, as billed` : label}
      ready={!found.isPending}
    >
      {found.error ? (
        <Problem error={found.error} onRetry={() => void found.refetch()} />
      ) : month ? (
        <>
          <div className={classes.line}>
            <Figure text={month.cost} currency={month.currency} onExplain={onExplain} />
            <Text span size="sm" c="dimmed">
              {dayLabel(month.from)} through {hourLabel(month.through)}
            </Text>
          </div>
          <Text size="sm" c="dimmed" title={against(month)}>
            {compared ? <Against compared={compared} currency={month.currency} /> : "No day is complete yet."}
          </Text>
        </>
      ) : (
        <Text c="dimmed">No cost in the newest month yet.</Text>
      )}
    </Card>
  );
}
