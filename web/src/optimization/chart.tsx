import { Skeleton } from "@mantine/core";
import { lazy, Suspense } from "react";
import classes from "./chart.module.css";
import sectionClasses from "./section.module.css";
import { isEmpty } from "./series";
import type { TimeChartProps } from "./time-chart";

// The chart library is heavy: figures do not wait for it.
const TimeChart = lazy(() => import("./time-chart").then((module) => ({ default: module.TimeChart })));

/** A chart that is loaded when it is needed, or what there is to say where nothing would be drawn. */
export function Chart({ none, ...props }: TimeChartProps & { none: string }) {
  if (isEmpty(props.data)) return <p className={sectionClasses.none}>{none}</p>;
  return (
    <Suspense
      fallback={
        <div className={classes.chart} aria-busy="true">
          <Skeleton height="100%" radius="md" />
        </div>
      }
    >
      <TimeChart {...props} />
    </Suspense>
  );
}
