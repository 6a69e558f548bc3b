import type { Span } from "../address/range";
import { addDays, monthLabel, monthStart, spanLabel } from "../lib/dates";
import { compareDecimals, parseDecimal, sumDecimals } from "../lib/decimal";
import type { TimeData, TimeSeries, Unit } from "./series";
import type { Commitment, Owned, OwnedMonth } from "./types";
import { kindLabel, kinds, serviceLabel } from "./words";

/** The days of a month, "2026-10"; its end is exclusive. */
export function monthSpan(month: string): Span {
  return { from: `${month}-01`, to: monthStart(`${month}-01`, 1) };
}

/** The days between two instants; a day that is not over belongs to them. */
export function daysOf({ from, to }: { from: string; to: string }): Span {
  const end = to.slice(0, 10);
  return { from: from.slice(0, 10), to: /T00:00(:00)?/.test(to) || to.length === 10 ? end : addDays(end, 1) };
}

/** The days of an answer; of none, no days at its end. */
export function spanOf(answer: { from: string | null; to: string | null }, end: string): Span {
  return { from: answer.from ?? end, to: answer.to ?? end };
}

/** The days of an answer in words. */
export function daysText({ from, to }: { from: string | null; to: string | null }): string {
  return from === null || to === null ? "No days" : spanLabel(from, to);
}

function byMonth(months: readonly OwnedMonth[], unit: Unit, series: TimeSeries[]): TimeData {
  return {
    labels: months.map(({ month, open }) => monthLabel(month) + (open ? "*" : "")),
    titles: months.map(({ month, open }) => monthLabel(month) + (open ? ", still open" : "")),
    pale: months.map(({ open }) => open),
    series,
    unit,
  };
}

/** What was paid for and not used, by what it is of: the largest first, so that colours stay. */
export function wasteByService({ months, currency }: Pick<Owned, "months" | "currency">): TimeData {
  const sums = new Map<string, string[]>();
  for (const { by_service } of months) {
    for (const { service, unused } of by_service) sums.set(service, [...(sums.get(service) ?? []), unused]);
  }
  const services = [...sums]
    .map(([service, parts]) => ({ service, total: sumDecimals(parts) }))
    .filter(({ total }) => parseDecimal(total) !== 0n)
    .sort((a, b) => compareDecimals(b.total, a.total));
  return byMonth(
    months,
    { money: currency },
    services.map(({ service }, color) => ({
      id: service,
      label: serviceLabel(service),
      form: "bar",
      color,
      figures: months.map((month) => month.by_service.find((one) => one.service === service)?.unused ?? "0"),
    })),
  );
}

/** Net savings by month, and what they would be without unused hours. */
export function savingsOverTime({ months, currency }: Pick<Owned, "months" | "currency">): TimeData {
  return byMonth(months, { money: currency }, [
    {
      id: "net",
      label: "Net savings",
      form: "bar",
      color: 1,
      figures: months.map((one) => one.net_savings),
    },
    {
      id: "gross",
      label: "Before unused hours",
      form: "line",
      color: 0,
      dashed: true,
      figures: months.map((one) => one.gross_savings),
    },
  ]);
}

/** What commitments cost by month and kind, from the first month to the end of the last term. */
export function commitmentOverTime({
  months,
  scheduled,
  currency,
}: Pick<Owned, "months" | "scheduled" | "currency">): TimeData {
  // What is owned now says more of a month that is still open than the hours that have passed.
  const planned = new Set(scheduled.map((one) => one.month));
  const past = months.filter((one) => !(one.open && planned.has(one.month)));
  const passed = new Set(past.map((one) => one.month));
  const all = [
    ...past.map(({ month, by_kind, open }) => ({ month, by_kind, note: open ? ", still open" : "" })),
    ...scheduled
      .filter(({ month }) => !passed.has(month))
      .map(({ month, by_kind }) => ({ month, by_kind, note: ", by what is owned now" })),
  ];
  return {
    labels: all.map(({ month }) => monthLabel(month)),
    titles: all.map(({ month, note }) => monthLabel(month) + note),
    pale: all.map(({ note }) => note !== ""),
    series: kinds.flatMap(({ kind, label }, color) => {
      const figures = all.map(({ by_kind }) => by_kind.find((one) => one.kind === kind)?.cost ?? "0");
      return figures.some((figure) => parseDecimal(figure) !== 0n)
        ? [{ id: kind, label, form: "bar" as const, color, figures }]
        : [];
    }),
    unit: { money: currency },
  };
}

/** Utilisation and coverage by month. */
export function ratesOverTime({ months }: Pick<Owned, "months">): TimeData {
  const line = (id: string, label: string, color: number, figures: (string | null)[]): TimeSeries => ({
    id,
    label,
    form: "line",
    color,
    figures,
  });
  return byMonth(months, "rate", [
    line(
      "utilization",
      "Utilisation",
      0,
      months.map((one) => one.utilization),
    ),
    line(
      "coverage",
      "Coverage",
      1,
      months.map((one) => one.coverage),
    ),
  ]);
}

const scopes = [
  { id: "compute", label: "Compute", rate: (one: OwnedMonth) => one.compute.effective_savings_rate },
  {
    id: "with-spot",
    label: "Compute with spot",
    rate: (one: OwnedMonth) => one.compute.effective_savings_rate_with_spot,
  },
  {
    id: "non-compute",
    label: "Databases and others",
    rate: (one: OwnedMonth) => one.non_compute.effective_savings_rate,
  },
];

/** Net savings of what would have been paid on demand, in three scopes. */
export function efficiencyOverTime({ months }: Pick<Owned, "months">): TimeData {
  const series = scopes.map(({ id, label, rate }, color) => ({
    id,
    label,
    form: "line" as const,
    color,
    figures: months.map(rate),
  }));
  return byMonth(months, "rate", series);
}

export interface Expiry {
  month: string;
  commitments: Commitment[];
}

/** Months in which something that is owned ends, from the first to the last, also those in which nothing does. */
export function expiries(active: readonly Commitment[]): Expiry[] {
  const ending = active.filter((one) => one.ends !== null);
  const months = ending.map((one) => (one.ends ?? "").slice(0, 7)).sort();
  const [first, last] = [months[0], months.at(-1)];
  if (first === undefined || last === undefined) return [];
  const found: Expiry[] = [];
  for (let month = first; month <= last; month = monthStart(`${month}-01`, 1).slice(0, 7)) {
    found.push({ month, commitments: ending.filter((one) => one.ends?.startsWith(month)) });
  }
  return found;
}

/** What is committed by the hour in all of them; commitments that say no hourly amount are counted apart. */
export function hourlySum(commitments: readonly Pick<Commitment, "hourly_commitment">[]) {
  const told = commitments.flatMap((one) => one.hourly_commitment ?? []);
  return { hourly: sumDecimals(told), untold: commitments.length - told.length };
}

/** What commitments of the same service and region come to by the hour, the largest first. */
export function byPlace(commitments: readonly Commitment[]) {
  const places = new Map<string, { service: string; region: string; list: Commitment[] }>();
  for (const one of commitments) {
    const service = one.service === null ? kindLabel(one.kind) : serviceLabel(one.service);
    const region = one.region ?? "Any region";
    const key = `${service}\n${region}`;
    const place = places.get(key) ?? { service, region, list: [] };
    place.list.push(one);
    places.set(key, place);
  }
  return [...places.values()]
    .map(({ service, region, list }) => ({
      service,
      region,
      count: list.length,
      hourly: hourlySum(list).hourly,
    }))
    .sort((a, b) => compareDecimals(b.hourly, a.hourly));
}
