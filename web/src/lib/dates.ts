/** Calendar days in UTC as "YYYY-MM-DD"; ends of spans are exclusive. No local time anywhere. */
export type Day = string;
const MS = 86_400_000;

export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

export function addDays(day: Day, days: number): Day {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * MS).toISOString().slice(0, 10);
}

export function daysBetween(from: Day, to: Day): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / MS);
}

export function monthStart(day: Day, months = 0): Day {
  const [year = 0, month = 1] = day.split("-").map(Number);
  return new Date(Date.UTC(year, month - 1 + months, 1)).toISOString().slice(0, 10);
}

const names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** "6 Oct 2026" */
export function dayLabel(day: Day): string {
  const [year, month, date] = day.split("-").map(Number);
  return `${date} ${names[(month ?? 1) - 1]} ${year}`;
}

/** "Oct 2026", of "2026-10" or any day in it. */
export function monthLabel(day: string): string {
  return `${names[Number(day.slice(5, 7)) - 1]} ${day.slice(0, 4)}`;
}

/** "1 Oct – 22 Oct 2026" for a span whose end is exclusive. */
export function spanLabel(from: Day, to: Day): string {
  const last = addDays(to, -1);
  if (from === last) return dayLabel(from);
  const short = from.slice(0, 4) === last.slice(0, 4);
  return `${short ? dayLabel(from).slice(0, -5) : dayLabel(from)} – ${dayLabel(last)}`;
}

/** "1–22 Oct" beside other words that say the year, "1 Dec 2025 – 22 Jan 2026" over the turn of it. */
export function shortSpan(from: Day, to: Day, year: string): string {
  const last = addDays(to, -1);
  const day = (one: Day) => (one.startsWith(year) ? dayLabel(one).slice(0, -5) : dayLabel(one));
  if (from === last) return day(from);
  return from.slice(0, 7) === last.slice(0, 7)
    ? `${Number(from.slice(8))}–${day(last)}`
    : `${day(from)} – ${day(last)}`;
}

/** "22 Oct 2026, 14:00 UTC" of an ISO hour. */
export function hourLabel(iso: string): string {
  const time = new Date(iso).toISOString();
  return `${dayLabel(time.slice(0, 10))}, ${time.slice(11, 16)} UTC`;
}

/** "22 Oct 2026, 14:05:09" of an instant; the column's head says UTC. */
export function timeLabel(iso: string): string {
  const time = new Date(iso).toISOString();
  return `${dayLabel(time.slice(0, 10))}, ${time.slice(11, 19)}`;
}
