import { amountText, percentText } from "../lib/change";
import { formatCompact, formatMoney } from "../lib/money";
import { otherColor, type Scheme } from "../theme";
import type { AxisCut } from "./cut";
import { type ChartData, tooltipRows } from "./data";
import type { BarSeriesOption, ChartOption, LineSeriesOption } from "./echarts";
import { seriesColor } from "./series-color";
import classes from "./tooltip.module.css";
import { line, swatch } from "./tooltip-nodes";

/** Colours that a canvas needs by value; the page's style sheet has them by name. */
export interface Ink {
  text: string;
  /** For what must stand out from bars of all colours. */
  strong: string;
  line: string;
  surface: string;
  font: string;
}

export function readInk(element: Element): Ink {
  const style = getComputedStyle(element);
  const token = (name: string) => style.getPropertyValue(name).trim();
  return {
    text: token("--ca-muted"),
    strong: token("--ca-text"),
    line: token("--ca-line"),
    surface: token("--ca-surface"),
    font: style.fontFamily,
  };
}

/** What a bar is compared with, and how it changed. */
function comparedNodes(data: ChartData, at: number, currency: string): HTMLElement[] {
  const before = data.compared?.[at];
  if (!before) return [];
  const { change } = before;
  const row = line(
    `${classes.row} ${classes.compared}`,
    line(classes.dash),
    line(classes.label, before.title),
    line(classes.figure, formatMoney(before.figure, currency)),
  );
  if (!change) return [row];
  const words = change.kind === "nothing" ? "–" : `${amountText(change, currency)}, ${percentText(change)}`;
  return [
    row,
    line(classes.row, line(classes.dash), line(classes.label, "Change"), line(classes.figure, words)),
  ];
}

/** Built from nodes, not from markup: names of accounts and tags are text, whatever they contain. */
export function tooltipNode(data: ChartData, at: number, currency: string, scheme: Scheme): HTMLElement {
  const { rows, rest } = tooltipRows(data, at, 9);
  const entry = (color: string, label: string, figure: string) =>
    line(
      classes.row,
      swatch(color),
      line(classes.label, label),
      line(classes.figure, formatMoney(figure, currency)),
    );
  return line(
    classes.tooltip,
    line(
      classes.head,
      line(undefined, data.titles[at] ?? ""),
      line(classes.figure, formatMoney(data.visibleTotals[at] ?? "0", currency)),
    ),
    ...rows.map((one) => entry(seriesColor(one, scheme), one.label, one.figures[at] ?? "0")),
    ...(rest ? [entry(otherColor[scheme], `${rest.count} more`, rest.figure)] : []),
    ...comparedNodes(data, at, currency),
    line(classes.hint, "Click: drill down · Shift-click: explain"),
  );
}

/** What stands around the figures of every chart; `tip` is shown of the category under the pointer. */
export function frame(ink: Ink, top: number, tip: (at: number) => HTMLElement | string) {
  return {
    // A click answers at once.
    animation: false,
    grid: { left: 8, right: 8, top, bottom: 4, containLabel: true },
    tooltip: {
      trigger: "axis" as const,
      axisPointer: { type: "shadow" as const, shadowStyle: { color: ink.line, opacity: 0.45 } },
      confine: true,
      className: classes.frame ?? "",
      borderWidth: 0,
      padding: 0,
      backgroundColor: "transparent",
      transitionDuration: 0.15,
      formatter: (hits: { dataIndex: number } | { dataIndex: number }[]) =>
        tip((Array.isArray(hits) ? hits[0] : hits)?.dataIndex ?? 0),
    },
  };
}

function axisLabel(ink: Ink) {
  return { color: ink.text, fontFamily: ink.font, fontSize: 12 };
}

export function categoryAxis(categories: readonly string[], ink: Ink, margin = 12) {
  return {
    type: "category" as const,
    data: [...categories],
    axisLine: { lineStyle: { color: ink.line } },
    axisTick: { show: false },
    axisLabel: { ...axisLabel(ink), hideOverlap: true, margin },
  };
}

export function moneyAxis(currency: string, ink: Ink) {
  return {
    type: "value" as const,
    splitNumber: 4,
    splitLine: { lineStyle: { color: ink.line, type: [3, 4] } },
    axisLabel: { ...axisLabel(ink), formatter: (value: number) => formatCompact(value, currency) },
  };
}

export function chartOption(
  data: ChartData,
  currency: string,
  scheme: Scheme,
  ink: Ink,
  width: number,
  cut: AxisCut | undefined,
): ChartOption {
  return {
    ...frame(ink, cut ? 30 : 16, (at) => tooltipNode(data, at, currency, scheme)),
    xAxis: categoryAxis(data.categories, ink, cut?.bars.some((bar) => bar.below) ? 26 : 12),
    yAxis: {
      ...moneyAxis(currency, ink),
      ...(cut && { min: cut.bottom, max: cut.top, interval: cut.step }),
    },
    series: [...bars(data, scheme, ink, width), ...comparedLine(data, ink)],
  };
}

function bars(data: ChartData, scheme: Scheme, ink: Ink, width: number): BarSeriesOption[] {
  const many = data.categories.length > 100;
  return data.series
    .filter((one) => !one.hidden)
    .map((one) => ({
      id: one.id,
      name: one.label,
      type: "bar" as const,
      stack: "cost",
      barMaxWidth: 56,
      barCategoryGap: many ? "10%" : "30%",
      cursor: "pointer",
      color: seriesColor(one, scheme),
      itemStyle: { borderColor: ink.surface, borderWidth: width / data.categories.length < 18 ? 0 : 0.6 },
      emphasis: { focus: "none" as const, itemStyle: { opacity: 0.85 } },
      // A part of a day, week or month stands paler: it is no measure for the others.
      data: one.heights.map((value, at) =>
        data.whole[at] === false ? { value, itemStyle: { opacity: 0.5 } } : value,
      ),
    }));
}

/** A dashed line in steps: as high as the bar that stood there. */
function comparedLine(data: ChartData, ink: Ink): LineSeriesOption[] {
  if (!data.compared) return [];
  return [
    {
      id: "compared",
      type: "line",
      step: "middle",
      symbol: "circle",
      // A single bar has no line.
      symbolSize: data.compared.length > 1 ? 0 : 7,
      silent: true,
      z: 4,
      color: ink.strong,
      lineStyle: { type: [5, 4], width: 1.8, color: ink.strong },
      data: data.compared.map((one) => one?.height ?? null),
    },
  ];
}
