import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type Metric, metrics } from "../address/metric";
import { queries } from "../api/queries";
import { dayLabel, hourLabel, spanLabel } from "../lib/dates";
import { formatExact, formatMoney } from "../lib/money";
import { Change } from "../table/change";
import { Problem } from "../ui/problem";
import { Card, Figure } from "./card";
import classes from "./summary-cards.module.css";

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
            <Change
              percent={month.change_percent ?? null}
              title={`${spanLabel(month.previous_from, month.previous_to)}: ${formatExact(month.previous_cost, month.currency)}`}
            />
          </div>
          <Text size="sm" c="dimmed">
            {formatMoney(month.previous_cost, month.currency)} in the same span of last month
          </Text>
          <Text size="sm" c="dimmed">
            {dayLabel(month.from)} through {hourLabel(month.through)}
          </Text>
        </>
      ) : (
        <Text c="dimmed">No cost in the newest month yet.</Text>
      )}
    </Card>
  );
}
