import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { percentText } from "../lib/change";
import { formatMoney } from "../lib/money";
import type { Scheme } from "../theme";
import type { AxisCut } from "./cut";
import { type CutBar, CutMarks, cutBars } from "./cut-marks";
import type { ChartData, Series } from "./data";
import { type ECharts, init } from "./echarts";
import { chartOption, type Ink, readInk } from "./option";
import classes from "./spend-chart.module.css";

// Reading a style makes the browser work out the page's at once: once a colour scheme is enough.
const inks = new Map<Scheme, Ink>();

function inkOf(scheme: Scheme, element: Element): Ink {
  const known = inks.get(scheme) ?? readInk(element);
  inks.set(scheme, known);
  return known;
}

/** A bar in words: its days, its figure, and what it is compared with. */
function spokenBar(data: ChartData, at: number, currency: string): string {
  const now = `${data.titles[at]} ${formatMoney(data.visibleTotals[at] ?? "0", currency)}`;
  const before = data.compared?.[at];
  if (!before) return now;
  const change = before.change && percentText(before.change);
  return `${now} against ${formatMoney(before.figure, currency)} of ${before.title}${change ? ` (${change})` : ""}`;
}

interface Props {
  data: ChartData;
  currency: string;
  label: string;
  cut: AxisCut | undefined;
  onDrill: (series: Series) => void;
  onExplain: (series: Series, start: string) => void;
}

/** Stacked bars on a canvas. The table below holds the same figures for those who cannot see or point. */
export function StackedBars({ data, currency, label, cut, onDrill, onExplain }: Props) {
  const holder = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts>(null);
  const latest = useRef({ data, cut, onDrill, onExplain });
  latest.current = { data, cut, onDrill, onExplain };
  const [marks, setMarks] = useState<readonly CutBar[]>([]);
  const [at, setAt] = useState(0);
  const point = (next: number) => {
    setAt(next);
    chart.current?.dispatchAction({ type: "showTip", seriesIndex: 0, dataIndex: next });
  };
  const scheme = useComputedColorScheme("light", { getInitialValueInEffect: false });

  useEffect(() => {
    if (!holder.current) return;
    const created = init(holder.current);
    chart.current = created;
    created.on("click", (hit) => {
      const now = latest.current;
      const series = now.data.series.find((one) => one.id === hit.seriesId);
      const start = now.data.starts[hit.dataIndex];
      if (!series || start === undefined) return;
      const native = (hit.event as { event?: MouseEvent } | undefined)?.event;
      if (native?.shiftKey || native?.metaKey || native?.ctrlKey || series.other)
        now.onExplain(series, start);
      else now.onDrill(series);
    });
    const observer = new ResizeObserver(() => {
      // The first call tells the size that it was made with.
      if (created.getWidth() === created.getDom().clientWidth) return;
      created.resize();
      setMarks(cutBars(created, latest.current.data, latest.current.cut));
    });
    observer.observe(holder.current);
    return () => {
      observer.disconnect();
      created.dispose();
    };
  }, []);

  useEffect(() => {
    if (!holder.current) return;
    const option = chartOption(
      data,
      currency,
      scheme,
      inkOf(scheme, holder.current),
      holder.current.clientWidth,
      cut,
    );
    chart.current?.setOption(option, { replaceMerge: ["series", "yAxis"] });
    if (chart.current) setMarks(cutBars(chart.current, data, cut));
  }, [data, currency, scheme, cut]);

  const summary = data.titles.map((_, at) => spokenBar(data, at, currency));
  const spoken = `${label}. ${summary.length > 31 ? `${summary.length} bars` : summary.join(", ")}. The table below has the same figures.`;
  return (
    <div className={classes.plot}>
      <div ref={holder} className={classes.canvas} role="img" aria-label={spoken} data-testid="spend-chart" />
      {/* The arrow keys of a slider go from bar to bar: each shows its tooltip, and is read. */}
      <input
        type="range"
        className={classes.keys}
        aria-label="Bars of the chart"
        min={0}
        max={Math.max(0, data.categories.length - 1)}
        value={Math.min(at, data.categories.length - 1)}
        aria-valuetext={summary[Math.min(at, summary.length - 1)] ?? ""}
        onChange={(event) => point(event.currentTarget.valueAsNumber)}
        onFocus={() => point(Math.min(at, data.categories.length - 1))}
        onBlur={() => chart.current?.dispatchAction({ type: "hideTip" })}
      />
      <CutMarks bars={marks} currency={currency} />
    </div>
  );
}
