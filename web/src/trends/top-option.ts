import { type ChartData, tooltipRows } from "../chart/data";
import type { ChartOption } from "../chart/echarts";
import { categoryAxis, frame, moneyAxis } from "../chart/option";
import { seriesColor } from "../chart/series-color";
import tooltip from "../chart/tooltip.module.css";
import { line, swatch } from "../chart/tooltip-nodes";
import { formatMoney } from "../lib/money";
import { otherColor, type Scheme } from "../theme";
import type { DayInk } from "./day-chart";

/** Room above the lines for the marks of events. */
const markRoom = 38;

/** One line an account. What is left over has none: a sum of hundreds would dwarf those of one. */
export function topOption(data: ChartData, currency: string, ink: DayInk, scheme: Scheme): ChartOption {
  const around = frame(ink, markRoom, (at) => tip(data, at, currency, scheme));
  return {
    ...around,
    grid: { ...around.grid, right: 12 },
    tooltip: {
      ...around.tooltip,
      axisPointer: { type: "line", lineStyle: { color: ink.text, type: [3, 3] } },
    },
    xAxis: { ...categoryAxis(data.categories, ink), boundaryGap: data.categories.length < 2 },
    yAxis: moneyAxis(currency, ink),
    series: data.series
      .filter((one) => !one.hidden)
      .map((one) => ({
        id: one.id,
        name: one.label,
        type: "line" as const,
        symbol: "circle",
        symbolSize: data.categories.length > 1 ? 0 : 8,
        color: seriesColor(one, scheme),
        lineStyle: { width: 2 },
        emphasis: { disabled: true },
        data: [...one.heights],
      })),
  };
}

function tip(data: ChartData, at: number, currency: string, scheme: Scheme): HTMLElement {
  const { rows, rest } = tooltipRows(data, at, 11);
  const entry = (color: string, label: string, figure: string) =>
    line(
      tooltip.row,
      swatch(color),
      line(tooltip.label, label),
      line(tooltip.figure, formatMoney(figure, currency)),
    );
  return line(
    tooltip.tooltip,
    line(tooltip.head, line(undefined, data.titles[at] ?? "")),
    ...rows.map((one) => entry(seriesColor(one, scheme), one.label, one.figures[at] ?? "0")),
    ...(rest ? [entry(otherColor[scheme], `${rest.count} more`, rest.figure)] : []),
  );
}
