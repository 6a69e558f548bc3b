import { useComputedColorScheme } from "@mantine/core";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { type ChartOption, type ECharts, init } from "../chart/echarts";
import { type Ink, readInk } from "../chart/option";
import chartClasses from "../chart/spend-chart.module.css";
import type { Scheme } from "../theme";
import classes from "./chart.module.css";

/** Colours that a canvas needs by value. */
export interface DayInk extends Ink {
  accent: string;
  up: string;
  down: string;
  band: string;
}

function dayInk(element: Element): DayInk {
  const style = getComputedStyle(element);
  const token = (name: string) => style.getPropertyValue(name).trim();
  return {
    ...readInk(element),
    accent: token("--ca-bar"),
    up: token("--ca-up"),
    down: token("--ca-down"),
    band: token("--ca-bar-score"),
  };
}

/** Where the chart draws, in its own pixels. */
export interface Plot {
  /** Of each day. */
  x: readonly number[];
  top: number;
  bottom: number;
}

interface Props {
  /** Stays the same from one drawing to the next while the figures do. */
  option: (ink: DayInk, scheme: Scheme) => ChartOption;
  /** What a reader hears in place of the picture. */
  label: string;
  /** Each day in words. */
  spoken: readonly string[];
  /** The day that is looked at, for the slider that goes from day to day. */
  at: number | undefined;
  testId: string;
  /** What the slider is called. */
  keysLabel: string;
  /** A day was clicked or walked to. */
  onDay?: ((at: number) => void) | undefined;
  /** What stands above the picture. */
  children?: (plot: Plot) => ReactNode;
}

/** Figures by day on a canvas, with a slider for the keys and a layer above. */
export function DayChart(props: Props) {
  const { option, label, spoken, testId, keysLabel, children } = props;
  const holder = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts>(null);
  const latest = useRef(props);
  latest.current = props;
  const [plot, setPlot] = useState<Plot>();
  const [walked, setWalked] = useState(0);
  const scheme = useComputedColorScheme("light", { getInitialValueInEffect: false });
  const last = Math.max(0, spoken.length - 1);
  const at = Math.min(props.at ?? walked, last);
  const tip = (next: number) =>
    chart.current?.dispatchAction({ type: "showTip", seriesIndex: 0, dataIndex: next });

  useEffect(() => {
    if (!holder.current) return;
    const created = init(holder.current);
    chart.current = created;
    // Anywhere above a day, not only on its bar: what was not spent has a reason as well.
    created.getZr().on("click", ({ offsetX, offsetY }) => {
      const { onDay, spoken: days } = latest.current;
      if (!onDay || !created.containPixel("grid", [offsetX, offsetY])) return;
      const day = created.convertFromPixel({ xAxisIndex: 0 }, offsetX);
      if (day >= 0 && day < days.length) onDay(day);
    });
    const observer = new ResizeObserver(() => {
      if (created.getWidth() === created.getDom().clientWidth) return;
      created.resize();
      setPlot(plotOf(created, latest.current.spoken.length));
    });
    observer.observe(holder.current);
    return () => {
      observer.disconnect();
      created.dispose();
    };
  }, []);

  useEffect(() => {
    const { current } = chart;
    if (!current || !holder.current) return;
    current.setOption(option(dayInk(holder.current), scheme), { replaceMerge: ["series"] });
    setPlot(plotOf(current, latest.current.spoken.length));
  }, [option, scheme]);

  return (
    <div className={`${chartClasses.plot} ${classes.plot}`}>
      <div
        ref={holder}
        className={chartClasses.canvas}
        role="img"
        aria-label={label}
        data-testid={testId}
        data-picks={props.onDay !== undefined}
      />
      <input
        type="range"
        className={chartClasses.keys}
        aria-label={keysLabel}
        min={0}
        max={last}
        value={at}
        aria-valuetext={spoken[at] ?? ""}
        onChange={(event) => {
          const next = event.currentTarget.valueAsNumber;
          setWalked(next);
          tip(next);
          props.onDay?.(next);
        }}
        onFocus={() => tip(at)}
        onBlur={() => chart.current?.dispatchAction({ type: "hideTip" })}
      />
      {plot && children?.(plot)}
    </div>
  );
}

/** The pixels of an axis are asked of the chart: labels take as much room as they need. */
function plotOf(chart: ECharts, days: number): Plot {
  const x = Array.from({ length: days }, (_, at) => Number(chart.convertToPixel({ xAxisIndex: 0 }, at)));
  const model = chart.convertToPixel({ yAxisIndex: 0 }, 0);
  return { x, top: 0, bottom: Number(model) };
}
