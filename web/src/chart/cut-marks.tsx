import { formatCompact } from "../lib/money";
import { type AxisCut, reachOf } from "./cut";
import classes from "./cut-marks.module.css";
import type { ChartData } from "./data";
import type { ECharts } from "./echarts";

/** A bar that goes on beyond the axis, and where it meets the edge, in pixels of the chart. */
export interface CutBar {
  at: number;
  below: boolean;
  length: number;
  x: number;
  y: number;
  width: number;
  /** Neighbours have no room for two figures: the longer one keeps its own. */
  labelled: boolean;
}

const LABEL_WIDTH = 50;

export function cutBars(chart: ECharts, data: ChartData, cut: AxisCut | undefined): CutBar[] {
  if (!cut) return [];
  const { up, down } = reachOf(data);
  const pixel = (at: number, height: number) =>
    chart.convertToPixel({ xAxisIndex: 0, yAxisIndex: 0 }, [at, height]);
  const band = Math.abs((pixel(1, 0)[0] ?? 0) - (pixel(0, 0)[0] ?? 0));
  const bars = cut.bars.map(({ at, below }) => {
    const [x = 0, y = 0] = pixel(at, below ? cut.bottom : cut.top);
    return { at, below, length: (below ? down : up)[at] ?? 0, x, y, width: Math.min(58, band) };
  });
  const hides = (one: (typeof bars)[number], other: (typeof bars)[number]) =>
    other.below === one.below && other.length > one.length && Math.abs(other.x - one.x) < LABEL_WIDTH;
  return bars.map((bar) => ({ ...bar, labelled: !bars.some((other) => hides(bar, other)) }));
}

/** A break across each bar that is longer than the axis, with its real figure beyond it. */
export function CutMarks({ bars, currency }: { bars: readonly CutBar[]; currency: string }) {
  return bars.map((bar) => (
    <div
      key={`${bar.at}/${bar.below}`}
      className={classes.mark}
      data-below={bar.below}
      data-testid="cut-bar"
      style={{ left: bar.x, top: bar.y }}
    >
      {bar.labelled && (
        <span className={`${classes.label} tabular`}>
          {bar.below
            ? `↓ ${formatCompact(-bar.length, currency)}`
            : `↑ ${formatCompact(bar.length, currency)}`}
        </span>
      )}
      <svg
        className={classes.break}
        width={bar.width}
        height="9"
        viewBox="0 0 36 9"
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        <path d="M0 6 L6 2 L12 6 L18 2 L24 6 L30 2 L36 6" />
      </svg>
    </div>
  ));
}
