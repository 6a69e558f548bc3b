import { Menu, type MenuItemProps, UnstyledButton } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { createLink, Link } from "@tanstack/react-router";
import { type AnchorHTMLAttributes, forwardRef, useCallback, useMemo } from "react";
import type { Costs } from "../api/types";
import { chartData } from "../chart/data";
import { Legend } from "../chart/legend";
import { spanLabel } from "../lib/dates";
import { formatMoney } from "../lib/money";
import classes from "./chart.module.css";
import { DayChart, type DayInk, type Plot } from "./day-chart";
import { placed } from "./marker-groups";
import { SeverityBadge } from "./severity-badge";
import { topOption } from "./top-option";
import type { TrendEvent } from "./types";
import { eventDays, severities, severityTones } from "./words";

type ItemProps = MenuItemProps & Omit<AnchorHTMLAttributes<HTMLAnchorElement>, keyof MenuItemProps>;

/** An entry of a menu that leads to another page. */
const MenuLink = createLink(
  forwardRef<HTMLAnchorElement, ItemProps>((props, ref) => <Menu.Item component="a" ref={ref} {...props} />),
);

interface Props {
  costs: Costs;
  events: readonly TrendEvent[];
  hidden: readonly string[];
  completeTo: string | undefined;
  stale: boolean;
  onHidden: (hidden: string[]) => void;
}

/** A line an account, with a mark on each day on which an event began. */
export function TopChart({ costs, events, hidden, completeTo, stale, onHidden }: Props) {
  const data = useMemo(() => {
    const all = chartData(costs, ["account_id"], hidden, completeTo);
    return { ...all, series: all.series.filter((one) => !one.other) };
  }, [costs, hidden, completeTo]);
  const { currency } = costs;
  const option = useCallback(
    (ink: DayInk, scheme: "light" | "dark") => topOption(data, currency, ink, scheme),
    [data, currency],
  );
  const spoken = data.titles.map((title, at) => {
    const top = [...data.series]
      .filter((one) => !one.hidden)
      .sort((a, b) => (b.heights[at] ?? 0) - (a.heights[at] ?? 0))
      .slice(0, 3)
      .map((one) => `${one.label} ${formatMoney(one.figures[at] ?? "0", currency)}`);
    return [title, ...top].join(", ");
  });
  return (
    <div className={classes.area} data-stale={stale}>
      <DayChart
        option={option}
        label={`Daily cost of usage by account, ${spanLabel(costs.from, costs.to)}, in ${currency}. ${data.series.length} accounts, ${events.length} events marked.`}
        spoken={spoken}
        at={undefined}
        testId="trends-chart"
        keysLabel="Days of the chart"
      >
        {(plot) => <Marks plot={plot} starts={data.starts} events={events} />}
      </DayChart>
      <Legend data={data} compared={undefined} currency={currency} onHidden={onHidden} />
    </div>
  );
}

interface MarksProps {
  plot: Plot;
  starts: readonly string[];
  events: readonly TrendEvent[];
}

/** The day that an event is marked on: its first, or the chart's where it began before. */
function dayAt(starts: readonly string[], event: TrendEvent): number {
  const at = starts.findIndex((start) => start.slice(0, 10) >= event.first_day);
  return at < 0 ? starts.length - 1 : at;
}

function worst(events: readonly TrendEvent[]) {
  const ranks = events.map((one) => severities.indexOf(one.severity));
  return severities[Math.max(0, ...ranks)] ?? "low";
}

/** Links, one an event; several events of nearly the same days share a menu. */
function Marks({ plot, starts, events }: MarksProps) {
  const items = events.flatMap((item) => {
    const x = plot.x[dayAt(starts, item)];
    return x === undefined ? [] : [{ x, item }];
  });
  return placed(items).map(({ x, items: together }) => {
    const [only, second] = together;
    const tone = severityTones[worst(together)];
    return (
      <div key={only?.id} className={classes.marker} style={{ left: x, height: plot.bottom }}>
        {only && !second ? (
          <Link
            to="/trends/events/$id"
            params={{ id: only.id }}
            className={classes.mark}
            data-tone={tone}
            title={`${only.title}, ${eventDays(only)}`}
            aria-label={`Event: ${only.title}, ${eventDays(only)}`}
          >
            <IconAlertTriangle size={15} aria-hidden />
          </Link>
        ) : (
          <Menu position="bottom" shadow="md" withinPortal>
            <Menu.Target>
              <UnstyledButton
                className={classes.mark}
                data-tone={tone}
                aria-label={`${together.length} events, from ${only ? eventDays(only) : ""} on`}
              >
                <IconAlertTriangle size={15} aria-hidden />
                {together.length}
              </UnstyledButton>
            </Menu.Target>
            <Menu.Dropdown className={classes.several}>
              {together.map((event) => (
                <MenuLink
                  key={event.id}
                  to="/trends/events/$id"
                  params={{ id: event.id }}
                  rightSection={<SeverityBadge severity={event.severity} />}
                >
                  <span className={classes.itemName}>
                    {event.title}
                    <small>{eventDays(event)}</small>
                  </span>
                </MenuLink>
              ))}
            </Menu.Dropdown>
          </Menu>
        )}
      </div>
    );
  });
}
