import type { BarSeriesOption, ChartOption, LineSeriesOption } from "../chart/echarts";
import { seriesColor } from "../chart/series-color";
import tooltip from "../chart/tooltip.module.css";
import { line, swatch } from "../chart/tooltip-nodes";
import { approximate, grouped, sumDecimals } from "../lib/decimal";
import { formatCompact } from "../lib/money";
import type { Scheme } from "../theme";
import type { DayInk } from "../trends/day-chart";
import { figureText, type TimeData, type TimeSeries } from "./series";

const height = (figure: string | null | undefined) => (figure == null ? null : approximate(figure));
const color = (one: TimeSeries, scheme: Scheme) => seriesColor({ other: false, color: one.color }, scheme);

/** Stacked bars, lines, or both, by month or by hour. */
export function timeOption(data: TimeData, ink: DayInk, scheme: Scheme): ChartOption {
  const axisLabel = { color: ink.text, fontFamily: ink.font, fontSize: 12 };
  const many = data.labels.length > 100;
  return {
    animation: false,
    grid: { left: 8, right: 12, top: 16, bottom: 4, containLabel: true },
    tooltip: {
      trigger: "axis",
      axisPointer: { type: "shadow", shadowStyle: { color: ink.line, opacity: 0.45 } },
      confine: true,
      className: tooltip.frame ?? "",
      borderWidth: 0,
      padding: 0,
      backgroundColor: "transparent",
      transitionDuration: 0.15,
      formatter: (hits) => {
        const first = Array.isArray(hits) ? hits[0] : hits;
        return tip(data, first?.dataIndex ?? 0, scheme);
      },
    },
    xAxis: {
      type: "category",
      data: [...data.labels],
      boundaryGap: data.series.some((one) => one.form === "bar") || data.labels.length < 2,
      axisLine: { lineStyle: { color: ink.line } },
      axisTick: { show: false },
      axisLabel: { ...axisLabel, hideOverlap: true, margin: 12 },
    },
    yAxis: {
      type: "value",
      splitNumber: 4,
      ...(data.unit === "rate" && highest(data) > 0.6 && { max: 1, interval: 0.25 }),
      splitLine: { lineStyle: { color: ink.line, type: [3, 4] } },
      axisLabel: { ...axisLabel, formatter: (value: number) => axisText(value, data) },
    },
    series: data.series.map((one) =>
      one.form === "bar" ? bars(one, data, ink, scheme, many) : lines(one, data, scheme),
    ),
  };
}

/** The greatest of a chart's figures, for its axis. */
function highest({ series }: TimeData): number {
  return Math.max(0, ...series.flatMap((one) => one.figures.map((figure) => height(figure) ?? 0)));
}

function axisText(value: number, { unit }: TimeData): string {
  if (unit === "rate") return `${Number((100 * value).toFixed(1))} %`;
  return unit === "hours" ? `${grouped(String(value))} h` : formatCompact(value, unit.money);
}

function bars(one: TimeSeries, data: TimeData, ink: DayInk, scheme: Scheme, many: boolean): BarSeriesOption {
  return {
    id: one.id,
    name: one.label,
    type: "bar",
    stack: "all",
    barMaxWidth: 44,
    barCategoryGap: many ? "0%" : "30%",
    color: color(one, scheme),
    itemStyle: { borderColor: ink.surface, borderWidth: many ? 0 : 0.6 },
    emphasis: { disabled: true },
    data: one.figures.map((figure, at) => ({
      value: height(figure),
      ...(data.pale[at] && { itemStyle: { opacity: 0.45 } }),
    })),
  };
}

function lines(one: TimeSeries, data: TimeData, scheme: Scheme): LineSeriesOption {
  return {
    id: one.id,
    name: one.label,
    type: "line",
    symbol: "circle",
    symbolSize: data.labels.length > 40 ? 0 : 6,
    z: 4,
    color: color(one, scheme),
    lineStyle: { width: 2, ...(one.dashed && { type: [5, 4] }) },
    emphasis: { disabled: true },
    connectNulls: false,
    data: one.figures.map(height),
  };
}

function tip(data: TimeData, at: number, scheme: Scheme): HTMLElement {
  const shown = data.series.filter((one) => one.figures[at] != null && Number(one.figures[at]) !== 0);
  const stacked = shown.filter((one) => one.form === "bar");
  const total = sumDecimals(stacked.map((one) => one.figures[at] ?? "0"));
  return line(
    tooltip.tooltip,
    line(
      tooltip.head,
      line(undefined, data.titles[at] ?? ""),
      ...(stacked.length > 1 ? [line(tooltip.figure, figureText(total, data.unit))] : []),
    ),
    ...shown.map((one) =>
      line(
        tooltip.row,
        swatch(color(one, scheme)),
        line(tooltip.label, one.label),
        line(tooltip.figure, figureText(one.figures[at] ?? null, data.unit)),
      ),
    ),
    ...(shown.length === 0 ? [line(tooltip.row, line(tooltip.label, "Nothing"))] : []),
  );
}
