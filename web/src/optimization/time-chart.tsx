import { useComputedColorScheme } from "@mantine/core";
import { useCallback, useMemo } from "react";
import { seriesColor } from "../chart/series-color";
import type { Scheme } from "../theme";
import { DayChart, type DayInk } from "../trends/day-chart";
import classes from "./chart.module.css";
import { spokenPeriods, type TimeData } from "./series";
import { timeOption } from "./time-option";

export interface TimeChartProps {
  /** Stays the same while the figures do. */
  data: TimeData;
  /** What a reader hears in place of the picture. */
  label: string;
  testId: string;
  /** What the slider that goes from period to period is called. */
  keysLabel: string;
  onPeriod?: ((at: number) => void) | undefined;
}

/** Figures by period with the key of their colours. */
export function TimeChart({ data, label, testId, keysLabel, onPeriod }: TimeChartProps) {
  const option = useCallback((ink: DayInk, scheme: Scheme) => timeOption(data, ink, scheme), [data]);
  const spoken = useMemo(() => spokenPeriods(data), [data]);
  const scheme = useComputedColorScheme("light", { getInitialValueInEffect: false });
  return (
    <>
      <div className={classes.chart}>
        <DayChart
          option={option}
          label={label}
          spoken={spoken}
          at={undefined}
          testId={testId}
          keysLabel={keysLabel}
          onDay={onPeriod}
        />
      </div>
      <ul className={classes.key} aria-label="Colours of the chart">
        {data.series.map((one) => (
          <li key={one.id}>
            <i
              data-form={one.dashed ? "dashed" : one.form}
              style={{ color: seriesColor({ other: false, color: one.color }, scheme) }}
              aria-hidden
            />
            {one.label}
          </li>
        ))}
      </ul>
    </>
  );
}
