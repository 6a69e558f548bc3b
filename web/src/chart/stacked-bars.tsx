import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
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

  const summary = data.titles.map(
    (title, at) => `${title} ${formatMoney(data.visibleTotals[at] ?? "0", currency)}`,
  );
  const spoken = `${label}. ${summary.length > 31 ? `${summary.length} bars` : summary.join(", ")}. The table below has the same figures.`;
  return (
    <div className={classes.plot}>
      <div ref={holder} className={classes.canvas} role="img" aria-label={spoken} data-testid="spend-chart" />
      <CutMarks bars={marks} currency={currency} />
    </div>
  );
}
