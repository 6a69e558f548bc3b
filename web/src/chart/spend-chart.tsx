import { Skeleton, Text } from "@mantine/core";
import { lazy, Suspense, useMemo } from "react";
import type { Costs } from "../api/types";
import { chartData, type Series } from "./data";
import { Legend } from "./legend";
import classes from "./spend-chart.module.css";

// The chart library is most of the page's weight: the figures do not wait for it.
const StackedBars = lazy(() => import("./stacked-bars").then((module) => ({ default: module.StackedBars })));

interface Props {
  costs: Costs | undefined;
  stale: boolean;
  dimension: string;
  hidden: readonly string[];
  label: string;
  onHidden: (hidden: string[]) => void;
  onDrill: (series: Series) => void;
  onExplain: (series: Series, start: string) => void;
}

export function SpendChart({ costs, stale, dimension, hidden, label, onHidden, onDrill, onExplain }: Props) {
  const data = useMemo(() => costs && chartData(costs, dimension, hidden), [costs, dimension, hidden]);
  if (!costs || !data) {
    return (
      <div className={classes.chart} aria-busy="true">
        <Skeleton height="100%" radius="md" />
        <Skeleton height="100%" radius="md" visibleFrom="sm" />
      </div>
    );
  }
  if (data.series.length === 0) {
    return (
      <div className={classes.nothing}>
        <Text fw={600}>No cost in this selection</Text>
        <Text c="dimmed" size="sm">
          Choose another time range or remove a filter.
        </Text>
      </div>
    );
  }
  return (
    <div className={classes.chart} data-stale={stale}>
      <Suspense fallback={<Skeleton height="100%" radius="md" />}>
        <StackedBars
          data={data}
          currency={costs.currency}
          label={label}
          onDrill={onDrill}
          onExplain={onExplain}
        />
      </Suspense>
      <Legend data={data} currency={costs.currency} onHidden={onHidden} />
    </div>
  );
}
