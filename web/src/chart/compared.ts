import { bucketSpan, type View } from "../address/range";
import type { Compared, Costs } from "../api/types";
import type { Change } from "../lib/change";
import { addDays, dayLabel, daysBetween, monthLabel, monthStart, spanLabel } from "../lib/dates";
import { approximate, parseDecimal, subtractDecimals, sumDecimals } from "../lib/decimal";
import { bucketTitle } from "./labels";

/** What a bar is compared with. */
export interface ComparedBar {
  /** Its days, in words. */
  title: string;
  figure: string;
  height: number;
  /** Against the bar as it is shown; undefined where the bar holds more than is compared: days, such as one that is not complete, or
   *  connections. */
  change: Pick<Change, "kind" | "amount" | "percent"> | undefined;
}

/** Whether both spans begin with a month: then days and months stand beside the same ones of another month. */
function byMonth({ from, compared_from }: Compared): boolean {
  return from.endsWith("-01") && compared_from.endsWith("-01");
}

/** How finely the compared span has to be asked for. Weeks begin on other days of it than its own Mondays. */
export function comparedView(view: View, previous: Compared): View {
  if (view === "hour") return view;
  return view === "month" && byMonth(previous) ? view : "day";
}

/** The day that one of the shown days is compared with; undefined where the months have no such day. */
function counterpart(day: string, view: View, previous: Compared): string | undefined {
  if (view !== "day" || !byMonth(previous)) {
    return addDays(previous.from, daysBetween(previous.compared_from, day));
  }
  const month = sameMonth(day, previous);
  const found = addDays(month, daysBetween(monthStart(day), day));
  return found.slice(0, 7) === month.slice(0, 7) ? found : undefined;
}

/** The month that a day's month is compared with. */
function sameMonth(day: string, { from, compared_from }: Compared): string {
  const number = (one: string) => 12 * Number(one.slice(0, 4)) + Number(one.slice(5, 7));
  return monthStart(day, number(from) - number(compared_from));
}

/** The change from a figure to another, by the rule that the server has for totals. */
function changeOf(now: string, before: string): ComparedBar["change"] {
  const amount = subtractDecimals(now, before);
  const size = parseDecimal(before) === 0n;
  if (size) return { kind: parseDecimal(now) === 0n ? "nothing" : "new", amount, percent: null };
  const percent = (100 * approximate(amount)) / Math.abs(approximate(before));
  return { kind: parseDecimal(now) === 0n ? "gone" : "changed", amount, percent };
}

/**
 * What stands beside each bar: the same days of the compared span. `found` are the costs of that span, by
 * [`comparedView`]; `shown` the figure of each bar.
 */
export function comparedBars(
  costs: Costs,
  previous: Compared,
  found: Costs,
  shown: readonly string[],
): (ComparedBar | undefined)[] {
  const view = costs.view as View;
  // Without the connections that lack data of either span, which the bars are not without.
  const parted = previous.unknown_connections.length > 0;
  const known = new Map(found.periods.map((start, at) => [start, found.totals[at] ?? "0"]));
  const bar = (figure: string, title: string, now: string, whole: boolean): ComparedBar => ({
    title,
    figure,
    height: approximate(figure),
    change: whole && !parted ? changeOf(now, figure) : undefined,
  });
  return costs.periods.map((start, at) => {
    const now = shown[at] ?? "0";
    if (view === "hour") {
      const day = counterpart(start.slice(0, 10), view, previous);
      const hour = day + start.slice(10);
      const figure = known.get(hour);
      return figure === undefined ? undefined : bar(figure, bucketTitle(hour, view), now, true);
    }
    const own = bucketSpan(start, view, costs);
    const to = own.to > previous.compared_to ? previous.compared_to : own.to;
    const whole = to === own.to && own.from >= previous.compared_from;
    if (own.from >= to) return undefined;
    if (view === "month" && byMonth(previous)) {
      const month = sameMonth(start, previous);
      const end = monthStart(month, 1);
      const last = end > previous.to ? previous.to : end;
      const title = last === end ? monthLabel(month) : spanLabel(month, last);
      return month < previous.to ? bar(known.get(month) ?? "0", title, now, whole) : undefined;
    }
    const length = daysBetween(own.from, to);
    const days = Array.from({ length }, (_, day) =>
      counterpart(addDays(own.from, day), view, previous),
    ).filter((day) => day !== undefined && day < previous.to);
    const [first] = days;
    const last = days.at(-1);
    if (first === undefined || last === undefined) return undefined;
    const title = first === last ? dayLabel(first) : spanLabel(first, addDays(last, 1));
    return bar(
      sumDecimals(days.map((day) => (day && known.get(day)) ?? "0")),
      title,
      now,
      whole && days.length === length,
    );
  });
}
