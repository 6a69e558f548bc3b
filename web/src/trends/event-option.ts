import type { ChartOption } from "../chart/echarts";
import { categoryAxis, frame, moneyAxis } from "../chart/option";
import tooltip from "../chart/tooltip.module.css";
import { line } from "../chart/tooltip-nodes";
import { dayLabel } from "../lib/dates";
import { approximate } from "../lib/decimal";
import type { DayInk } from "./day-chart";
import { dayLines, type EventSpan, isOfEvent } from "./event-days";
import type { TrendDay, TrendDays, TrendEvent } from "./types";

/** Bars of cost within the band of what is regular; the event's days stand out. */
export function eventOption(
  { days, currency, watched }: TrendDays,
  event: EventSpan & Pick<TrendEvent, "direction">,
  ink: DayInk,
): ChartOption {
  const figure = (text: string | null) => (text === null ? null : approximate(text));
  const loud = event.direction === "increase" ? ink.up : ink.down;
  const band = {
    type: "line" as const,
    stack: "band",
    step: "middle" as const,
    symbol: "none",
    silent: true,
    tooltip: { show: false },
  };
  return {
    ...frame(ink, 16, (at) => {
      const day = days[at];
      return day ? tip(day, event, currency) : "";
    }),
    xAxis: categoryAxis(
      days.map(({ day, whole }) => dayLabel(day).slice(0, -5) + (whole ? "" : "*")),
      ink,
    ),
    yAxis: moneyAxis(currency, ink),
    series: [
      {
        id: "cost",
        type: "bar",
        barMaxWidth: 40,
        barCategoryGap: days.length > 60 ? "12%" : "25%",
        color: ink.accent,
        data: days.map((day) => ({
          value: approximate(day.cost),
          itemStyle: {
            ...(isOfEvent(day.day, event) && { color: loud }),
            opacity: day.whole ? 1 : 0.5,
          },
        })),
      },
      ...(watched === null
        ? []
        : [
            {
              id: "watched",
              type: "line" as const,
              step: "middle" as const,
              symbol: "none",
              silent: true,
              z: 4,
              color: ink.text,
              lineStyle: { width: 1.4, color: ink.text },
              data: days.map((day) => figure(day.watched)),
            },
          ]),
      { ...band, id: "low", lineStyle: { opacity: 0 }, z: 3, data: days.map((day) => figure(day.low)) },
      {
        ...band,
        id: "high",
        z: 3,
        // What stands on the lowest is how far it is to the highest.
        data: days.map((day) =>
          day.low === null || day.high === null ? null : approximate(day.high) - approximate(day.low),
        ),
        color: ink.band,
        lineStyle: { width: 1, color: ink.band, opacity: 0.55 },
        areaStyle: { color: ink.band, opacity: 0.22 },
      },
      {
        id: "expected",
        type: "line",
        step: "middle",
        symbol: "none",
        silent: true,
        z: 4,
        color: ink.strong,
        lineStyle: { type: [5, 4], width: 1.6, color: ink.strong },
        data: days.map((day) => figure(day.expected)),
      },
    ],
  };
}

function tip(day: TrendDay, event: EventSpan, currency: string): HTMLElement {
  return line(
    tooltip.tooltip,
    line(tooltip.head, line(undefined, dayLabel(day.day))),
    ...dayLines(day, event, currency).map((text) => line(tooltip.row, line(tooltip.label, text))),
    line(tooltip.hint, "Click: why, or why no event"),
  );
}
